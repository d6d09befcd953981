import assert from "node:assert/strict";
import { ShardError } from "../shard_error.ts";
import { carry, unpack } from "./_carried_error.ts";
import { RefusalError } from "./_test_preparation.ts";

/** Through what `postMessage()` does to it. */
function across(thrown: unknown, exports: Record<string, unknown> = {}): Error {
  return unpack(structuredClone(carry(thrown)), exports);
}

Deno.test("carry() and unpack() keep class, message, stack, fields and cause", () => {
  const sent = new ShardError("train-00000.arrow", "sha256", "other bytes");
  sent.cause = new RangeError("why");
  const got = across(sent);
  assert.ok(got instanceof ShardError && got.cause instanceof RangeError);
  assert.deepEqual([got.message, got.stack, got.file, got.check], [
    sent.message,
    sent.stack,
    sent.file,
    "sha256",
  ]);
  assert.equal(got.cause.message, "why");
  assert.ok(across(new Deno.errors.NotFound("gone")) instanceof Deno.errors.NotFound);
});

Deno.test("unpack() takes classes of the module that threw, and names those it does not know", () => {
  const sent = new RefusalError(7);
  const got = across(sent, { RefusalError, other: 1 });
  assert.ok(got instanceof RefusalError && got.row === 7);
  const unknown = across(sent);
  assert.deepEqual([unknown.constructor, unknown.name, unknown.message], [
    Error,
    "RefusalError",
    "Row 7 is refused",
  ]);
});

Deno.test("carry() takes whatever can be thrown", () => {
  assert.equal(across("text").message, "text");
  assert.equal(across(undefined).message, "undefined");
  const circular = Object.assign(new Error("round"), { self: {} as unknown, size: 3, give: () => 1 });
  circular.self = circular;
  assert.equal((across(circular) as Error & { size: number }).size, 3); // and what cannot be sent is left out
});
