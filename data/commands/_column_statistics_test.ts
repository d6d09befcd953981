import assert from "node:assert/strict";
import { wavOf16 } from "../audio/_write_wav.ts";
import { encodePng } from "../images/encode_png.ts";
import type { Column } from "../shards/column.ts";
import { meterOf } from "./_column_statistics.ts";

/** All facts of files, measured in two blocks. */
function factsOf(column: Column, files: readonly Uint8Array[]): Record<string, unknown> {
  const meter = meterOf(column);
  for (const block of [files.slice(0, 1), files.slice(1)]) {
    const offsets = [0];
    for (const { length } of block) offsets.push(offsets.at(-1)! + length);
    const values = Uint8Array.from(block.flatMap((file) => [...file]));
    meter.update({ column, values, offsets: Int32Array.from(offsets) });
  }
  return Object.assign({}, ...meter.result().map(({ facts }) => facts));
}

Deno.test("statistics of image files are those of their pixels", () => {
  const files = [
    encodePng({ height: 1, width: 2, channels: 3, pixels: Uint8Array.of(0, 51, 255, 0, 102, 255) }),
    encodePng({ height: 2, width: 1, channels: 3, pixels: Uint8Array.of(255, 51, 255, 255, 102, 255) }),
    Uint8Array.of(1, 2, 3),
  ];
  const { mean, std, height, damaged } = factsOf({ name: "x", kind: "encodedImage" }, files);
  assert.deepEqual(mean, [0.5, 0.3, 1]); // (0 + 0 + 1 + 1) / 4, (0.2 + 0.4 + 0.2 + 0.4) / 4
  const rounded = (std as number[]).map((value) => Number(value.toFixed(12)));
  assert.deepEqual(rounded, [0.5, 0.1, 0]);
  assert.deepEqual([height, damaged], [{ min: 1, max: 2, mean: 1.5 }, 1]);
});

Deno.test("statistics of sound files are those of their samples", () => {
  const files = [wavOf16([16384, -16384], 8000), wavOf16([0, 0, 0, 0], 4000), Uint8Array.of(1)];
  assert.deepEqual(factsOf({ name: "x", kind: "encodedAudio" }, files), {
    seconds: 2 / 8000 + 4 / 4000,
    rms: { min: 0, max: 0.5, mean: 0.25 },
    sampleRates: { 4000: 1, 8000: 1 },
    damaged: 1,
  });
});
