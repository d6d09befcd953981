/**
 * The name closest to a misspelt one, for messages that end in "did you mean …".
 * @param name What was asked for.
 * @param names What there is.
 * @returns The name at the smallest edit distance (insertion, deletion, substitution, swap of neighbours; case ignored), the first of
 * equals; `undefined` where even that one shares less than about 60 % with `name`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nearestName } from "@lacuna/tensor/nearest-name";
 * assert.equal(nearestName("natvie", ["native", "wasm", "webgpu"]), "native");
 * ```
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance <= 0.4 * Math.max(name.length, candidate.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Edits that turn `a` into `b`, each a substitution, an insertion, a deletion or a swap of two neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j); // from the empty string
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(substitution, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforeLast[j - 2]! + 1);
      }
      row.push(distance);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
