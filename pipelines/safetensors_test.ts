import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeSafetensors, encodeSafetensors, SafetensorsError } from "./safetensors.ts";

/** A file from a header written by hand and a number of data bytes. */
function file(header: unknown, dataLength: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (shape: number[], begin: number, end: number, dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

Deno.test("encodeSafetensors() and decodeSafetensors() round-trip any arrays and text", () => {
  const name = fc.string({ minLength: 1 }).filter((text) => text !== "__metadata__" && text !== "__proto__");
  const array = fc.float32Array({ maxLength: 9, noNaN: false });
  fc.assert(fc.property(
    fc.dictionary(name, array, { noNullPrototype: true }),
    fc.dictionary(name, fc.string(), { noNullPrototype: true }),
    (arrays, metadata) => {
      const tensors = Object.fromEntries(
        Object.entries(arrays).map(([key, data]) => [key, { shape: [1, data.length], data: data.slice() }]),
      );
      assert.deepEqual(decodeSafetensors(encodeSafetensors({ tensors, metadata }), "memory"), {
        tensors,
        metadata,
      });
    },
  ));
});

Deno.test("encodeSafetensors() lays out length, padded header and little-endian data", () => {
  const bytes = encodeSafetensors({
    tensors: { a: { shape: [1], data: new Float32Array([1]) } },
    metadata: {},
  });
  const json = '{"__metadata__":{},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'; // 72 bytes, no padding
  assert.equal(json.length, 72);
  assert.deepEqual([...bytes], [
    72,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...new TextEncoder().encode(json),
    0,
    0,
    0x80,
    0x3f,
  ]);
});

Deno.test("encodeSafetensors() refuses an array that does not fill its shape", () => {
  const tensors = { a: { shape: [3], data: new Float32Array(2) } };
  assert.throws(
    () => encodeSafetensors({ tensors, metadata: {} }),
    /Cannot store a: 2 values do not fill the shape \[3\]/,
  );
});

Deno.test("decodeSafetensors() names the check that a bad file fails", () => {
  const good = encodeSafetensors({
    tensors: { a: { shape: [2], data: new Float32Array([1, 2]) } },
    metadata: {},
  });
  const bad: [string, Uint8Array, RegExp][] = [
    ["no length", good.slice(0, 5), /it has 5 bytes, fewer than the 8/],
    ["cut in the header", good.slice(0, 20), /its header of 72 bytes does not fit in a file of 20/],
    [
      "cut in the data",
      good.slice(0, -3),
      /a ends at byte 8 of the data, of which the file has 5: it is truncated/,
    ],
    [
      "too long",
      new Uint8Array([...good, 0]),
      /its tensors end at byte 8 of the data, of which the file has 9/,
    ],
    ["not JSON", file("{", 0), /its header is not JSON/],
    ["not an object", file([], 0), /its header is not a JSON object/],
    ["metadata", file({ __metadata__: { step: 3 } }, 0), /its __metadata__ is not a map of strings/],
    ["dtype", file({ a: entry([2], 0, 4, "F16") }, 4), /a has the dtype F16; only F32 is read/],
    ["shape", file({ a: entry([-1], 0, 4) }, 4), /a has the shape \[-1\], not a list of sizes/],
    ["size", file({ a: entry([3], 0, 8) }, 8), /a has 8 bytes, and its shape \[3\] in F32 takes 12/],
    [
      "overlap",
      file({ a: entry([2], 0, 8), b: entry([2], 4, 12) }, 12),
      /b begins at byte 4 of the data, where 8 was due/,
    ],
    [
      "gap",
      file({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12),
      /b begins at byte 8 of the data, where 4 was due/,
    ],
  ];
  for (const [what, bytes, message] of bad) {
    assert.throws(() => decodeSafetensors(bytes, "x.safetensors"), (error: unknown) => {
      assert.ok(error instanceof SafetensorsError, what);
      assert.match(error.message, /^Cannot read x\.safetensors: /);
      assert.match(error.message, message);
      return true;
    });
  }
});
