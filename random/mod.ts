/**
 * Seeded random numbers that are looked up, not consumed.
 *
 * A stream is an address: a seed, a name, and where the run stands (epoch, sample, step). The number at an
 * index is a pure function of that address, so a resumed run and a run with other workers see the same ones.
 *
 * @example The same address gives the same numbers, in any order
 * ```ts
 * import assert from "node:assert/strict";
 * import { permutation, stream, uniform, uniforms } from "@lacuna/random";
 *
 * const prng = stream({ seed: 0, name: "crop", epoch: 3, sample: 41 });
 * const last = uniform(prng, 99);
 * assert.equal(uniforms(100, prng)[99], last);
 * assert.deepEqual([...permutation(4, prng)].sort(), [0, 1, 2, 3]);
 * ```
 *
 * @module
 */
export { choice } from "./choice.ts";
export { integer } from "./integer.ts";
export { normal } from "./normal.ts";
export { normals } from "./normals.ts";
export { permutation } from "./permutation.ts";
export { philox4x32 } from "./philox4x32.ts";
export { type Prng, stream, type StreamAddress } from "./stream.ts";
export { substream } from "./substream.ts";
export { uniform } from "./uniform.ts";
export { uniforms } from "./uniforms.ts";
