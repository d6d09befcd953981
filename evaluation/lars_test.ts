import assert from "node:assert/strict";
import { lars, type LarsRates } from "./lars.ts";

const rates: LarsRates = { learningRate: 10, momentum: 0.5, trust: 0.1, weightDecay: 0 };

Deno.test("lars() takes the steps worked out by hand", () => {
  const p = Float32Array.of(3, 4), v = new Float32Array(2);
  lars(p, Float32Array.of(0, 2), v, 2, rates); // ‖p‖ = 5, ‖g‖ = 2: g · 0.1 · 5 / 2 = (0, 0.5)
  assert.deepEqual([...v, ...p], [0, 0.5, 3, -1]); // p − 10 · v
  p.set([0, -5]); // again of length 5
  lars(p, Float32Array.of(4, 0), v, 2, rates); // g · 0.1 · 5 / 4 = (0.5, 0), and half of (0, 0.5)
  assert.deepEqual([...v, ...p], [0.5, 0.25, -5, -7.5]);
});

Deno.test("lars() decays before it adapts", () => {
  const p = Float32Array.of(3, 4), v = new Float32Array(2);
  lars(p, Float32Array.of(-1.5, 2), v, 2, { ...rates, trust: 0.5, weightDecay: 0.5 }); // g + p / 2 = (0, 4), times 0.5 · 5 / 4
  assert.deepEqual([...v], [0, 2.5]);
});

Deno.test("lars() leaves vectors to plain momentum, undecayed, and takes a matrix of zeros as it is", () => {
  for (const [rank, start] of [[1, 7], [2, 0]] as const) {
    const p = Float32Array.of(start, start), v = Float32Array.of(1, 1);
    lars(p, Float32Array.of(2, 0), v, rank, { ...rates, weightDecay: 0.5 });
    assert.deepEqual([...v], [2.5, 0.5]);
    assert.deepEqual([...p], [start - 25, start - 5]);
  }
});
