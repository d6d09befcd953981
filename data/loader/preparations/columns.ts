/**
 * Columns as they are: pixels or normalized, labels, numbers, and sequences cut to one length.
 * @module
 */
import { nearestName } from "@lacuna/tensor/nearest-name";
import type { Column } from "../../shards/column.ts";
import type { ArraySpec, ArrayValues, Json, Preparation, PreparationContext } from "../preparation.ts";
import type { PreparationBatch, Preparer, Sample } from "../preparation.ts";
import { imageArray } from "./_image_array.ts";
import { numberArray } from "./_number_array.ts";
import { sequenceArray } from "./_sequence_array.ts";

/** What becomes of a column. */
export type ColumnOptions = {
  /** Its name; that of the array if left out. */
  readonly column?: string;
  /** Of an image: "uint8" for 0…255, the default, or "float32" for (pixel / 255 − mean) / std. */
  readonly dtype?: "uint8" | "float32";
  /** [C] of an image as float32, in 0…1; 0 if left out. */
  readonly mean?: readonly number[];
  /** [C] of an image as float32, > 0; 1 if left out. */
  readonly std?: readonly number[];
  /** [H, W, C] that each encoded image must have. */
  readonly shape?: readonly [height: number, width: number, channels: 1 | 3 | 4];
  /** T that each sequence of tokens or samples of sound is cut or filled up to. */
  readonly length?: number;
  /** Where a longer sequence is cut from: its "start", the default, or anywhere at "random", by the sample's address. */
  readonly crop?: "start" | "random";
  /** What a shorter sequence is filled up with; 0 if left out. */
  readonly pad?: number;
};

/** One array, or a sequence's two. */
export type ColumnArray = {
  /** By the array's name. */
  readonly arrays: Readonly<Record<string, ArraySpec>>;
  /** What a sample has to be read for, if anything. */
  readonly read?: (sample: Sample) => unknown;
  /** Writes a batch; `items` is what `read()` gave. */
  readonly write: (
    batch: PreparationBatch,
    out: Readonly<Record<string, ArrayValues>>,
  ) => void;
};

/**
 * A preparation that gives columns as arrays:
 * - an image, [n, H, W, C], as uint8 or, normalized, float32; an encoded one is decoded and must be of the shape that is asked for;
 * - a label, int32 [n];
 * - a number, float32 [n];
 * - tokens, int32 [n, T], and a waveform, float32 [n, T], with `…Length`, int32 [n]: how many of them are not filling.
 *
 * @example Images and labels for a classifier
 * ```ts
 * import { columnsPreparation } from "@lacuna/data/loader";
 *
 * const preparation = columnsPreparation({ image: { dtype: "float32", mean: [0.29], std: [0.35] }, label: {} });
 * ```
 * @param arrays By the name that the array will have.
 */
export function columnsPreparation(arrays: Readonly<Record<string, ColumnOptions>>): Preparation {
  return { module: import.meta.url, options: arrays };
}

/**
 * Makes the preparer of a `columnsPreparation()`.
 * @throws {RangeError} If a set has no such column, or an option is not in its range.
 * @throws {TypeError} If sets differ in a column that is asked for.
 */
export async function createPreparer(options: Json, context: PreparationContext): Promise<Preparer> {
  const columnArrays = await Promise.all(
    Object.entries(options as Record<string, ColumnOptions>)
      .map(([name, columnOptions]) => makeArray(name, columnOptions, context)),
  );
  const readers = columnArrays.flatMap(({ read }) => read ? [read] : []);
  return {
    arrays: Object.assign({}, ...columnArrays.map(({ arrays }) => arrays)),
    ...(readers.length === 0 ? {} : { read: (sample) => Promise.all(readers.map((read) => read(sample))) }),
    prepare: ({ samples, items }, out) => {
      let reader = 0;
      for (const { read, write } of columnArrays) {
        const at = read ? reader++ : -1;
        write({ samples, items: read ? items.map((item) => (item as unknown[])[at]) : [] }, out);
      }
    },
  };
}

async function makeArray(
  name: string,
  options: ColumnOptions,
  context: PreparationContext,
): Promise<ColumnArray> {
  const column = commonColumn(options.column ?? name, context.columns);
  switch (column.kind) {
    case "image":
      return imageArray(name, column, options);
    case "encodedImage": {
      const { encodedImageArray } = await import("./_encoded_image_array.ts"); // with the decoders
      return encodedImageArray(name, column, options);
    }
    case "label":
    case "number":
      return numberArray(name, column);
    case "tokens":
    case "waveform":
      return sequenceArray(name, column, options, context.seed);
    default:
      throw new RangeError(
        `Column "${column.name}" is of the kind "${column.kind}", which is no array: ` +
          "choose an image, label, number, tokens or waveform, or decode it with a preparation of your own",
      );
  }
}

/** The column of that name, the same in every set. */
function commonColumn(name: string, sets: readonly (readonly Column[])[]): Column {
  const found = sets.map((columns) =>
    columns.find((column) => column.name === name) ?? noSuchColumn(name, columns)
  );
  const first = found[0]!;
  const other = found.find((column) => signature(column) !== signature(first));
  if (other) {
    throw new TypeError(
      `Column "${name}" is ${signature(first)} in one set and ${
        signature(other)
      } in another: mix sets of one kind`,
    );
  }
  return first;
}

function noSuchColumn(name: string, columns: readonly Column[]): never {
  const names = columns.map((column) => column.name);
  const nearest = nearestName(name, names);
  throw new RangeError(
    `There is no column "${name}": choose one of ${names.join(", ")}` +
      (nearest === undefined ? "" : ` (did you mean "${nearest}"?)`),
  );
}

/** What must be the same for values to stand in one array. */
function signature(column: Column): string {
  if (column.kind === "image") return `image [${column.shape.join(", ")}]`;
  return column.kind === "waveform" ? `waveform at ${column.sampleRate} Hz` : column.kind;
}
