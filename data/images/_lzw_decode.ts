import { ImageError } from "./image_error.ts";

const MAX_CODES = 4096; // of 12 bits

/**
 * GIF's variable-length codes as indices (GIF89a, appendix F).
 * @param data Codes, the first in the lowest bits of the first byte.
 * @param minBits Bits of an index, 2…8 (1 is met, too).
 * @param length Of the output: neither fewer nor more are decoded.
 */
export function lzwDecode(data: Uint8Array, minBits: number, length: number): Uint8Array {
  if (minBits < 1 || minBits > 8) {
    throw new ImageError("data", `the GIF file's indices have ${minBits} bits; there are 1…8`);
  }
  if (length > data.length * MAX_CODES) { // a code of 12 bits stands for fewer than 4096 indices
    throw new ImageError(
      "data",
      `the GIF file has ${data.length} bytes of codes, too few for ${length} pixels`,
    );
  }
  const out = new Uint8Array(length);
  const [clear, end] = [2 ** minBits, 2 ** minBits + 1];
  const prefix = new Int16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  const sizes = new Int16Array(MAX_CODES).fill(1, 0, clear);
  for (let index = 0; index < clear; index++) suffix[index] = index;
  let [numCodes, numBits, previous] = [end + 1, minBits + 1, -1];
  let [bits, numHeld, at, numOut] = [0, 0, 0, 0];
  while (numOut < length) {
    for (; numHeld < numBits; numHeld += 8) {
      if (at === data.length) throw cutShort(numOut, length);
      bits |= data[at++]! << numHeld;
    }
    const code = bits & 2 ** numBits - 1;
    bits >>>= numBits;
    numHeld -= numBits;
    if (code === clear) {
      [numCodes, numBits, previous] = [end + 1, minBits + 1, -1];
      continue;
    }
    if (code === end) throw cutShort(numOut, length);
    if (code > numCodes || code === numCodes && previous < 0 || previous < 0 && code >= clear) {
      throw new ImageError(
        "data",
        `the GIF file has the code ${code} before it is defined, after ${numOut} pixels`,
      );
    }
    if (previous >= 0 && numCodes < MAX_CODES) { // the previous string and the first index of this one
      prefix[numCodes] = previous;
      sizes[numCodes] = sizes[previous]! + 1;
      suffix[numCodes] = firstOf(code === numCodes ? previous : code, prefix, suffix, clear);
      numCodes++;
      if (numCodes === 2 ** numBits && numBits < 12) numBits++;
    }
    if (code >= numCodes) {
      throw new ImageError("data", `the GIF file has an undefined code after ${numOut} pixels`);
    }
    const stop = numOut + sizes[code]!;
    for (let to = stop - 1, part = code; to >= numOut; to--, part = prefix[part]!) {
      if (to < length) out[to] = suffix[part]!;
    }
    numOut = stop;
    previous = code;
  }
  return out;
}

function firstOf(code: number, prefix: Int16Array, suffix: Uint8Array, clear: number): number {
  let part = code;
  while (part >= clear) part = prefix[part]!;
  return suffix[part]!;
}

function cutShort(numOut: number, length: number): ImageError {
  return new ImageError("data", `the GIF file's image ends after ${numOut} of ${length} pixels`);
}
