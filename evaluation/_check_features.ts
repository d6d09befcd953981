import type { Features } from "./features.ts";

/**
 * Number of rows n of features that are fit to be evaluated.
 * @throws {TypeError} If values, dim and labels disagree, or there is no row.
 * @throws {RangeError} If a value is not finite or a label is negative.
 */
export function checkFeatures(name: string, { values, dim, labels }: Features): number {
  if (labels.length === 0 || values.length !== labels.length * dim) {
    throw new TypeError(
      `${name} has ${values.length} values for ${labels.length} labels and dim ${dim}: ` +
        `give dim values a label, and at least one row`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new RangeError(
      `${name} holds ${values[i]} at row ${Math.floor(i / dim)}, column ${i % dim}: ` +
        `the encoder's output must be finite to be evaluated`,
    );
  }
  const negative = labels.findIndex((label) => label < 0);
  if (negative >= 0) {
    throw new RangeError(`${name} has label ${labels[negative]} at row ${negative}: number classes from 0`);
  }
  return labels.length;
}
