import assert from "node:assert/strict";
import { BufferPool } from "./pool.ts";

Deno.test("a pool hands out what came back, by length", () => {
  const pool = new BufferPool(1000);
  const [five, six] = [pool.take(5), pool.take(6)];
  pool.give(five);
  assert.notEqual(pool.take(6), six);
  assert.equal(pool.take(5), five);
  assert.notEqual(pool.take(5), five);
});

Deno.test("a pool knows its own, and keeps no more bytes than its capacity", () => {
  const pool = new BufferPool(100);
  const [first, second] = [pool.take(20), pool.take(20)]; // 80 bytes each
  assert.ok(pool.owns(first.values) && !pool.owns(new Float32Array(20)));
  pool.give(first);
  pool.give(second);
  assert.equal(pool.take(20), first);
  assert.notEqual(pool.take(20), second);
});
