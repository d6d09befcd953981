import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { stream, uniforms } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { hogTargets } from "./hog_targets.ts";

await useDevice("cpu");
const cell = { patchSize: 8, cellSize: 8 };
const image = (at: (row: number, column: number) => number): Tensor4D =>
  tf.tensor4d(Array.from({ length: 64 }, (_, i) => at(Math.floor(i / 8), i % 8)), [1, 8, 8, 1]);

Deno.test("hogTargets() of a ramp to the right is bin 4, of one downwards bin 0, of a constant nothing", () => {
  assert.deepEqual([...hogTargets(image((_, column) => column), cell).dataSync()], [
    0,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
  ]);
  assert.deepEqual([...hogTargets(image((row) => row), cell).dataSync()], [1, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...hogTargets(image(() => 3), cell).dataSync()], Array(9).fill(0));
});

/** Histograms by loops over pixels. */
function slowly(
  pixels: Float32Array,
  side: number,
  channels: number,
  patchSize: number,
  cellSize: number,
): number[] {
  const mirrored = (i: number) => i < 0 ? -i : i >= side ? 2 * side - 2 - i : i;
  const at = (row: number, column: number, c: number) =>
    pixels[(mirrored(row) * side + mirrored(column)) * channels + c]!;
  const [patches, cells] = [side / patchSize, patchSize / cellSize];
  const all: number[] = [];
  for (let patch = 0; patch < patches ** 2; patch++) {
    for (let cell = 0; cell < cells ** 2; cell++) {
      for (let c = 0; c < channels; c++) {
        const bins = new Float64Array(9);
        const top = Math.floor(patch / patches) * patchSize + Math.floor(cell / cells) * cellSize;
        const left = patch % patches * patchSize + cell % cells * cellSize;
        for (let row = top; row < top + cellSize; row++) {
          for (let column = left; column < left + cellSize; column++) {
            let x = 0, y = 0;
            for (const k of [-1, 0, 1]) {
              const weight = k === 0 ? 2 : 1;
              x += weight * (at(row + k, column - 1, c) - at(row + k, column + 1, c));
              y += weight * (at(row - 1, column + k, c) - at(row + 1, column + k, c));
            }
            const bin = Math.floor(9 * Math.atan2(x, y) / Math.PI);
            bins[(bin % 9 + 9) % 9]! += Math.hypot(x, y);
          }
        }
        const length = Math.hypot(...bins);
        all.push(...[...bins].map((x) => x / length));
      }
    }
  }
  return all;
}

Deno.test("hogTargets() agrees with loops over pixels, by patch, cell, channel and bin", () => {
  const pixels = uniforms(32 * 32 * 3, stream({ seed: 0, name: "image" })) as Float32Array<ArrayBuffer>;
  const found = hogTargets(tf.tensor4d(pixels, [1, 32, 32, 3]), { patchSize: 16, cellSize: 8 });
  assert.deepEqual(found.shape, [1, 4, 108]);
  const expected = slowly(pixels, 32, 3, 16, 8);
  for (const [i, value] of found.dataSync<"float32">().entries()) {
    assert.ok(Math.abs(value - expected[i]!) < 1e-5, `${i}: ${value} ${expected[i]}`); // float32, sums of 64 terms
  }
});

Deno.test("hogTargets() may weigh magnitudes by a Gaussian, which changes no one-hot histogram", () => {
  const ramp = image((_, column) => column);
  assert.deepEqual(
    [...hogTargets(ramp, { ...cell, gaussianSigma: 4 }).dataSync()].map((x) => +x.toFixed(6)),
    [0, 0, 0, 0, 1, 0, 0, 0, 0],
  );
  assert.throws(() => hogTargets(ramp, { patchSize: 8, cellSize: 3 }), RangeError);
  assert.throws(() => hogTargets(ramp, { patchSize: 5, cellSize: 5 }), RangeError);
});
