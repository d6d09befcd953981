/**
 * What to take from records that have named fields.
 * @module
 */

/** A column from a field of JSON lines or CSV. */
export type Field = {
  /** What the column holds. */
  readonly kind: "text" | "number" | "label" | "tokens";
  /** The field's name, if it is not the column's; in JSON a dotted name goes into nested fields: "user.name". */
  readonly field?: string;
  /** Of a label, what its numbers mean; if not given, all values there are, found by reading everything once before. */
  readonly classNames?: readonly string[];
};
