import { integer, stream } from "@lacuna/random";
import type { Column } from "../../shards/column.ts";
import type { Samples } from "../preparation.ts";
import type { ColumnArray, ColumnOptions } from "./columns.ts";

/** Tokens as int32 and waveforms as float32, cut or filled up to one length, and how much of it is not filling. */
export function sequenceArray(
  name: string,
  column: Column,
  options: ColumnOptions,
  seed: number,
): ColumnArray {
  const { length, crop = "start", pad = 0 } = options;
  if (!(length !== undefined && Number.isSafeInteger(length) && length >= 1)) {
    throw new RangeError(
      `Array ${name} has the length ${length}: give how many values of "${column.name}" a sample should have`,
    );
  }
  if (crop !== "start" && crop !== "random") {
    throw new RangeError(`Array ${name} has the crop "${crop}": choose "start" or "random"`);
  }
  const startOf = (samples: Samples, i: number, numLeft: number): number => {
    if (crop === "start") return 0;
    const address = { seed, epoch: samples.epoch[i]!, sample: samples.address[i]! };
    return integer(stream({ ...address, name: `crop ${name}` }), 0, numLeft + 1);
  };
  return {
    arrays: {
      [name]: { dtype: column.kind === "tokens" ? "int32" : "float32", shape: [length] },
      [`${name}Length`]: { dtype: "int32", shape: [] },
    },
    write: ({ samples }, out) => {
      const array = out[name]!, lengths = out[`${name}Length`]!;
      for (let i = 0; i < samples.count; i++) {
        const { values, offsets } = samples.blocks[samples.blockOf[i]!]!.columns[column.name]!;
        const first = offsets![samples.indexIn[i]!]!, size = offsets![samples.indexIn[i]! + 1]! - first;
        const kept = lengths[i] = Math.min(size, length);
        const start = first + (size > length ? startOf(samples, i, size - length) : 0);
        array.set(values.subarray(start, start + kept), i * length);
        array.fill(pad, i * length + kept, (i + 1) * length);
      }
    },
  };
}
