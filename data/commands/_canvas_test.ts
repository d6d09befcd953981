import assert from "node:assert/strict";
import { Canvas } from "./_canvas.ts";

const grey = (pixels: readonly number[], height: number, width: number) => ({
  height,
  width,
  channels: 1,
  pixels: Uint8Array.from(pixels),
});
const reds = ({ pixels }: Canvas) => Array.from(pixels).filter((_, i) => i % 3 === 0);

Deno.test("Canvas.draw() lets small pictures grow by whole factors, in the middle", () => {
  const canvas = new Canvas(5, 5, [9, 9, 9]);
  canvas.draw(grey([1, 2, 3, 4], 2, 2), 0, 0, 5, 5); // twice as large
  assert.deepEqual(reds(canvas), [
    ...[1, 1, 2, 2, 9],
    ...[1, 1, 2, 2, 9],
    ...[3, 3, 4, 4, 9],
    ...[3, 3, 4, 4, 9],
    ...[9, 9, 9, 9, 9],
  ]);
});

Deno.test("Canvas.draw() makes large pictures smaller by the mean, and lets transparent ones show what is below", () => {
  const canvas = new Canvas(1, 2, [0, 0, 0]);
  canvas.draw(grey([10, 20, 30, 40, 50, 60, 70, 80], 2, 4), 0, 0, 1, 2);
  assert.deepEqual(reds(canvas), [35, 55]); // (10 + 20 + 50 + 60) / 4, (30 + 40 + 70 + 80) / 4
  const over = new Canvas(1, 1, [100, 100, 100]);
  over.draw({ height: 1, width: 1, channels: 4, pixels: Uint8Array.of(200, 0, 0, 51) }, 0, 0, 1, 1); // a fifth
  assert.deepEqual([...over.pixels], [120, 80, 80]);
});

Deno.test("Canvas.fill() leaves out what lies outside", () => {
  const canvas = new Canvas(2, 2, [0, 0, 0]);
  canvas.fill(1, -1, 5, 2, [7, 7, 7]);
  assert.deepEqual(reds(canvas), [0, 0, 7, 0]);
});
