import assert from "node:assert/strict";
import { nameHash } from "./_name_hash.ts";

Deno.test("nameHash() gives the values published with FNV-1a", () => {
  assert.equal(nameHash(""), 0x811c9dc5);
  assert.equal(nameHash("a"), 0xe40c292c);
  assert.equal(nameHash("foobar"), 0xbf9cf968);
});

Deno.test("nameHash() of a text goes on from the hash of its beginning", () => {
  assert.equal(nameHash("bar", nameHash("foo")), nameHash("foobar"));
});
