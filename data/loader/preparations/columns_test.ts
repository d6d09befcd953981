import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Column } from "../../shards/column.ts";
import type { ColumnValues, Rows } from "../../shards/rows.ts";
import { prepareBatch } from "../_prepare_batch.ts";
import type { ArrayValues, DType, Samples } from "../preparation.ts";
import { type ColumnOptions, columnsPreparation, createPreparer } from "./columns.ts";

const makers: Readonly<Record<DType, (length: number) => ArrayValues>> = {
  uint8: (length) => new Uint8Array(length).fill(99), // as if another batch had been there
  int32: (length) => new Int32Array(length).fill(99),
  float32: (length) => new Float32Array(length).fill(99),
};

/** The arrays that come of rows of one column, in the order of `indices`. */
async function arraysOf(
  values: ColumnValues,
  indices: readonly number[],
  options: Record<string, ColumnOptions>,
  epoch = 0,
): Promise<Record<string, number[]>> {
  const { preparation, preparer } = await make([values.column], options);
  assert.equal(preparation.module, import.meta.resolve("./columns.ts"));
  const rows: Rows = { first: 0, numRows: 10, columns: { [values.column.name]: values } };
  const count = indices.length;
  const samples: Samples = {
    count,
    blocks: [rows],
    blockOf: new Int32Array(count),
    indexIn: Int32Array.from(indices),
    set: new Int32Array(count),
    row: Float64Array.from(indices),
    epoch: new Float64Array(count).fill(epoch),
    address: Float64Array.from(indices),
  };
  const out = Object.fromEntries(
    Object.entries(preparer.arrays).map(([name, { dtype, shape }]) =>
      [name, makers[dtype](count * shape.reduce((product, size) => product * size, 1))] as const
    ),
  );
  await prepareBatch(preparer, samples, out, ([bad]) => Promise.reject(bad!.error));
  return Object.fromEntries(Object.entries(out).map(([name, values]) => [name, [...values]]));
}

async function make(columns: readonly Column[], options: Record<string, ColumnOptions>) {
  const preparation = columnsPreparation(options);
  const preparer = await createPreparer(preparation.options!, { seed: 3, batchSize: 4, columns: [columns] });
  return { preparation, preparer };
}

const image: ColumnValues = {
  column: { name: "image", kind: "image", shape: [1, 2, 2] },
  values: Uint8Array.of(0, 51, 102, 153, 204, 255, 0, 255),
};

Deno.test("columnsPreparation() gathers images as they are", async () => {
  const { image: pixels } = await arraysOf(image, [1, 0, 1], { image: {} });
  assert.deepEqual(pixels, [204, 255, 0, 255, 0, 51, 102, 153, 204, 255, 0, 255]);
});

Deno.test("columnsPreparation() normalizes each channel of an image", async () => {
  const options = { dtype: "float32", mean: [0.2, 0.4], std: [0.5, 0.1] } as const;
  const { pixels } = await arraysOf(image, [0], { pixels: { column: "image", ...options } });
  const expected = [(0 - 0.2) / 0.5, (0.2 - 0.4) / 0.1, (0.4 - 0.2) / 0.5, (0.6 - 0.4) / 0.1]; // 51 / 255 = 0.2
  pixels!.forEach((pixel, i) => assert.ok(Math.abs(pixel - expected[i]!) < 1e-6)); // float32
});

Deno.test("columnsPreparation() decodes images, and refuses those of another shape", async () => {
  const png = Buffer.from( // 1 × 2 pixels: red, and (0, 128, 255)
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR42mP4z8DA0PAfAAgAAn8lPvwJAAAAAElFTkSuQmCC",
    "base64",
  );
  const encoded: ColumnValues = {
    column: { name: "image", kind: "encodedImage" },
    values: Uint8Array.of(...png, ...png, 1, 2),
    offsets: Int32Array.of(0, png.length, 2 * png.length, 2 * png.length + 2),
  };
  const { image: pixels } = await arraysOf(encoded, [1], { image: { shape: [1, 2, 3] } });
  assert.deepEqual(pixels, [255, 0, 0, 0, 128, 255]);
  await assert.rejects(arraysOf(encoded, [0], { image: { shape: [2, 2, 3] } }), {
    name: "RangeError",
    message: "the image has 1 × 2 pixels, and image takes 2 × 2",
  });
  await assert.rejects(arraysOf(encoded, [2], { image: { shape: [1, 2, 3] } }), { name: "ImageError" });
  await assert.rejects(make([encoded.column], { image: {} }), {
    message: /give image the shape \[H, W, C\]/,
  });
});

Deno.test("columnsPreparation() gives labels and numbers, one a sample", async () => {
  const label: ColumnValues = {
    column: { name: "label", kind: "label", classNames: [] },
    values: Int32Array.of(7, 8, 9),
  };
  const number: ColumnValues = { column: { name: "age", kind: "number" }, values: Float64Array.of(0.5, 1.5) };
  assert.deepEqual(await arraysOf(label, [2, 0], { label: {} }), { label: [9, 7] });
  assert.deepEqual(await arraysOf(number, [1, 1], { years: { column: "age" } }), { years: [1.5, 1.5] });
});

const tokens: ColumnValues = {
  column: { name: "tokens", kind: "tokens" },
  values: Int32Array.of(1, 2, 10, 11, 12, 13, 14, 15),
  offsets: Int32Array.of(0, 2, 2, 8), // of 2, 0 and 6
};

Deno.test("columnsPreparation() cuts sequences and fills them up", async () => {
  assert.deepEqual(await arraysOf(tokens, [0, 1, 2], { tokens: { length: 4, pad: -1 } }), {
    tokens: [1, 2, -1, -1, -1, -1, -1, -1, 10, 11, 12, 13],
    tokensLength: [2, 0, 4],
  });
});

Deno.test("columnsPreparation() cuts at every place of a sequence, by epoch and sample", async () => {
  const options = { tokens: { length: 4, crop: "random" } } as const;
  const firsts = new Set<number>();
  for (let epoch = 0; epoch < 40; epoch++) {
    const { tokens: cut } = await arraysOf(tokens, [2], options, epoch);
    assert.deepEqual(cut, Array.from({ length: 4 }, (_, i) => cut![0]! + i));
    firsts.add(cut![0]!);
    assert.deepEqual((await arraysOf(tokens, [0, 2], options, epoch)).tokens!.slice(4), cut); // in whichever batch
  }
  assert.deepEqual([...firsts].sort(), [10, 11, 12]); // 6 − 4 + 1 places, each missed by (2/3)⁴⁰
});

Deno.test("columnsPreparation() refuses what cannot be done", async () => {
  const text: Column = { name: "text", kind: "text" };
  await assert.rejects(make([text], { text: {} }), {
    message: /Column "text" is of the kind "text", which is no array/,
  });
  await assert.rejects(make([tokens.column], { tokens: {} }), {
    message: /Array tokens has the length undefined/,
  });
  await assert.rejects(make([image.column], { image: { mean: [1] } }), {
    message: /is uint8 and cannot be normalized/,
  });
  await assert.rejects(make([image.column], { image: { dtype: "float32", mean: [1] } }), {
    message: "Array image has 2 channels, and its mean is [1]: give one each",
  });
  await assert.rejects(make([image.column], { image: { dtype: "float32", std: [1, 0] } }), RangeError);
  const sets = [[image.column], [{ name: "image", kind: "image", shape: [1, 2, 3] }]] as const;
  await assert.rejects(createPreparer({ image: {} }, { seed: 0, batchSize: 1, columns: sets }), {
    name: "TypeError",
    message:
      'Column "image" is image [1, 2, 2] in one set and image [1, 2, 3] in another: mix sets of one kind',
  });
});
