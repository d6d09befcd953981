import assert from "node:assert/strict";
import { rowBroadcast } from "./broadcast.ts";

Deno.test("rowBroadcast() lays operands over rows", () => {
  const rows = (a: number[], b: number[], out: number[]) => rowBroadcast(a, b, out);
  assert.deepEqual(rows([2, 3], [2, 3], [2, 3]), {
    outer: 1,
    inner: 6,
    aOuter: 0,
    bOuter: 0,
    aInner: 1,
    bInner: 1,
  });
  assert.deepEqual(rows([2, 3], [3], [2, 3]), {
    outer: 2,
    inner: 3,
    aOuter: 3,
    bOuter: 0,
    aInner: 1,
    bInner: 1,
  });
  assert.deepEqual(rows([2, 3], [2, 1], [2, 3]), {
    outer: 2,
    inner: 3,
    aOuter: 3,
    bOuter: 1,
    aInner: 1,
    bInner: 0,
  });
  assert.equal(rows([2, 1, 3], [1, 4, 1], [2, 4, 3]), undefined);
});
