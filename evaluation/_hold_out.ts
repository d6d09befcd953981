import { permutation, stream } from "@lacuna/random";
import type { Features } from "./features.ts";

/** The rows in two parts, the second of which a share of them at random. */
export function holdOut(
  features: Features,
  share: number,
  seed: number,
): { rest: Features; heldOut: Features } {
  const numRows = features.labels.length;
  const order = permutation(numRows, stream({ seed, name: "probe/held-out" }));
  const numHeldOut = Math.max(1, Math.round(share * numRows));
  return {
    rest: rowsOf(features, order.subarray(numHeldOut)),
    heldOut: rowsOf(features, order.subarray(0, numHeldOut)),
  };
}

function rowsOf({ values, dim, labels }: Features, rows: Int32Array): Features {
  const picked = new Float32Array(rows.length * dim);
  rows.forEach((row, i) => picked.set(values.subarray(row * dim, (row + 1) * dim), i * dim));
  return { values: picked, dim, labels: rows.map((row) => labels[row]!) };
}
