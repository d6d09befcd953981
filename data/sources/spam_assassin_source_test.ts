import assert from "node:assert/strict";
import { SourceError } from "../source_error.ts";
import { readRows } from "./_read_items.ts";
import { spamAssassinSource } from "./spam_assassin_source.ts";

Deno.test("spamAssassinSource() gives mails with their class and group", async () => {
  const mails = [{ group: "hard-ham-1", text: "Dear all" }, { group: "spam-2", text: "Dear friend" }];
  const source = await spamAssassinSource(() => Promise.resolve(mails));
  assert.equal(source.splits.train!.numItems, 2);
  const rows = [{ text: "Dear all", label: 0, group: 2 }, { text: "Dear friend", label: 1, group: 4 }];
  assert.deepEqual(await readRows(source), rows);
  assert.deepEqual(await readRows(source, 1), rows.slice(1));
});

Deno.test("spamAssassinSource() refuses a package that it does not know", async () => {
  for (const mails of [undefined, [null], [{ group: "spam-9", text: "" }], [{ group: "spam-1" }]]) {
    await assert.rejects(spamAssassinSource(() => Promise.resolve(mails)), SourceError);
  }
});
