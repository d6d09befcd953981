/**
 * Sounds as one batch.
 * @module
 */
import { nearestName } from "@lacuna/tensor/nearest-name";
import { type AudioLimits, cropWaveform, decodeWaveform, type LevelTarget } from "../../audio/mod.ts";
import { normalizeLevel, resample, standardize } from "../../audio/mod.ts";
import type { Column } from "../../shards/column.ts";
import type { Json, Preparation, PreparationContext, Preparer, Sample } from "../preparation.ts";
import { numberArray } from "./_number_array.ts";

/** What becomes of sounds. */
export type WaveformsOptions = {
  /** Name of the column that has them, as waveforms or encoded; also the array's. */
  readonly column: string;
  /** Hz that they are brought to. */
  readonly sampleRate: number;
  /** Most samples that are kept of a sound. */
  readonly length: number;
  /** Where a longer sound is cut from: anywhere at "random", the default, by the sample's address, or its "start". */
  readonly crop?: "random" | "start";
  /** Level that each whole sound is brought to before it is cut; as it is if left out. */
  readonly level?: { readonly peak: number } | { readonly rms: number } | { readonly loudness: number };
  /** Whether what was cut out is brought to mean 0 and variance 1; false if left out. */
  readonly standardize?: boolean;
  /** The batch is as long as its longest sound, rounded up to a multiple of this; so that there are fewer different lengths. 1 if left out. */
  readonly multipleOf?: number;
  /** Columns of labels or numbers to give beside them; none if left out. */
  readonly beside?: readonly string[];
  /** How large an encoded sound may be. */
  readonly limits?: AudioLimits;
};

/**
 * A preparation that gives sounds: float32 [n, T], silence behind the end of each, and `…Length`, int32 [n], how many samples are not
 * silence. T is the longest sound's length in the batch. Encoded ones are decoded here, all channels mixed to one.
 *
 * @example Half a second for a wav2vec-like encoder
 * ```ts
 * import { waveformsPreparation } from "@lacuna/data/loader";
 *
 * const preparation = waveformsPreparation({
 *   column: "audio", sampleRate: 16000, length: 8000, standardize: true, beside: ["label"],
 * });
 * ```
 * @param options What to take, and what to make of it.
 */
export function waveformsPreparation(options: WaveformsOptions): Preparation {
  return { module: import.meta.url, options: options as unknown as Json };
}

/**
 * Makes the preparer of a `waveformsPreparation()`.
 * @throws {RangeError} If a set has no such column, or it holds no sounds, or an option is out of range.
 */
export function createPreparer(json: Json, { columns, seed }: PreparationContext): Preparer<Float32Array> {
  const options = json as unknown as WaveformsOptions;
  const { column: name, length, multipleOf = 1, beside = [] } = options;
  for (const [option, value] of Object.entries({ length, multipleOf, sampleRate: options.sampleRate })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`${option} is ${value}: give a positive integer`);
    }
  }
  if (length % multipleOf !== 0) {
    throw new RangeError(`The length ${length} is no multiple of ${multipleOf}: choose one that is`);
  }
  const readers = columns.map((set) => readerOf(columnOf(name, set), options));
  const others = beside.map((other) => numberArray(other, labelOrNumber(columnOf(other, columns[0]!))));
  return {
    arrays: {
      [name]: { dtype: "float32", shape: [length] },
      [`${name}Length`]: { dtype: "int32", shape: [] },
      ...Object.assign({}, ...others.map(({ arrays }) => arrays)),
    },
    read: (sample) => finish(readers[sample.set]!(sample), sample, options, seed),
    prepare: (batch, out) => {
      for (const { write } of others) write(batch, out);
      const longest = batch.items.reduce((most, item) => Math.max(most, item.length), 1);
      const padded = Math.ceil(longest / multipleOf) * multipleOf;
      const array = out[name]!, lengths = out[`${name}Length`]!;
      for (const [i, item] of batch.items.entries()) {
        lengths[i] = item.length;
        array.set(item, i * padded);
        array.fill(0, i * padded + item.length, (i + 1) * padded);
      }
      return { [name]: [batch.samples.count, padded] };
    },
  };
}

/** Levels a whole sound, cuts it, and standardizes what is left. */
function finish(whole: Float32Array, sample: Sample, options: WaveformsOptions, seed: number): Float32Array {
  const { sampleRate, length, crop = "random", level } = options;
  const levelled = level ? normalizeLevel(whole, { ...level, sampleRate } as LevelTarget) : whole;
  const cut = crop === "start"
    ? levelled.subarray(0, length)
    : cropWaveform(levelled, length, { seed, epoch: sample.epoch, sample: sample.address });
  return options.standardize ? standardize(cut) : cut;
}

/** How a sample of a set becomes one channel at the rate asked for. */
function readerOf(
  column: Column,
  { sampleRate, limits }: WaveformsOptions,
): (sample: Sample) => Float32Array {
  if (column.kind === "waveform") {
    return (sample) => resample(valuesOf(sample, column.name) as Float32Array, column.sampleRate, sampleRate);
  }
  if (column.kind === "encodedAudio") {
    return (sample) => decodeWaveform(valuesOf(sample, column.name) as Uint8Array, sampleRate, limits);
  }
  throw new RangeError(`Column "${column.name}" is of the kind "${column.kind}": choose one with sounds`);
}

function valuesOf({ rows, index }: Sample, name: string): Float32Array | Uint8Array {
  const { values, offsets } = rows.columns[name]!;
  return values.subarray(offsets![index], offsets![index + 1]) as Float32Array | Uint8Array;
}

function columnOf(name: string, columns: readonly Column[]): Column {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = columns.map((column) => column.name);
  const near = nearestName(name, names);
  throw new RangeError(
    `There is no column "${name}": choose one of ${names.join(", ")}${
      near === undefined ? "" : ` (did you mean "${near}"?)`
    }`,
  );
}

function labelOrNumber(column: Column): Column {
  if (column.kind === "label" || column.kind === "number") return column;
  throw new RangeError(
    `Column "${column.name}" is of the kind "${column.kind}": only labels and numbers may stand beside`,
  );
}
