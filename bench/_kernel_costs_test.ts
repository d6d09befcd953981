import assert from "node:assert/strict";
import { symbols } from "../tensor/native/ffi.ts";
import { flopOf, KernelCosts, others } from "./_kernel_costs.ts";

Deno.test("KernelCosts counts two FLOP a multiply-add and every array once", () => {
  const [a, b, c] = [new Float32Array(2 * 3), new Float32Array(3 * 4), new Float32Array(2 * 4)];
  const cost = new KernelCosts().of("gemm_f32", [a, b, null, c, 1, 0, 0, 2, 4, 3, 0, 0]); // m, n, k = 2, 4, 3
  assert.deepEqual(cost, { flop: 2 * 2 * 4 * 3, bytes: 4 * (6 + 12 + 8) });
});

Deno.test("KernelCosts counts a table's parameters once", () => {
  const costs = new KernelCosts();
  const [table, values] = [new Float32Array(32), new Float32Array(10)];
  for (const row of [0, 1]) costs.of("set_row", [table, row, values, values, values, values, null, 10, 1]);
  const norm = [table, 2, new Float32Array(1)];
  assert.deepEqual(costs.of("norm_f32", norm), { flop: 2 * 20, bytes: 4 * 20 });
  assert.deepEqual(costs.of("norm_f32", norm), { flop: 0, bytes: 0 }); // another table
});

Deno.test("every C function has a formula", () => {
  assert.deepEqual(Object.keys(symbols).sort(), [...Object.keys(flopOf), ...others].sort());
});
