import { nearestName } from "@lacuna/tensor/nearest-name";
import { cropWaveform, decodeWaveform, type LevelTarget, normalizeLevel, resample } from "../../audio/mod.ts";
import { standardize } from "../../audio/mod.ts";
import type { Column } from "../../shards/column.ts";
import type { PreparationContext, Preparer, Sample } from "../preparation.ts";
import { numberArray } from "./_number_array.ts";
import type { WaveformsOptions } from "./waveforms.ts";

/**
 * Sounds, float32 [n, T], and their lengths, int32 [n].
 * @throws {RangeError} If a set has no such column, or it holds no sounds, or an option is out of range.
 */
export function prepareWaveforms(
  options: WaveformsOptions,
  { columns, seed }: PreparationContext,
): Preparer<Float32Array> {
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
