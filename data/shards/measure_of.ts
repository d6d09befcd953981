import type { Column, ImageColumn, LabelColumn } from "./column.ts";
import type { ColumnStatistics } from "./manifest.ts";
import type { ColumnValues } from "./rows.ts";

/** Measures the values of one column, in the order of its rows, however they are cut into blocks. */
export type Measure = {
  readonly update: (values: ColumnValues) => void;
  /** After at least one row. */
  readonly result: () => ColumnStatistics;
};

/** The measure of a column. */
export function measureOf(column: Column): Measure {
  switch (column.kind) {
    case "image":
      return measurePixels(column);
    case "label":
      return measureClasses(column);
    case "number":
      return measureNumbers();
    default:
      return measureLengths();
  }
}

const CHUNK = 2 ** 15; // pixels of a channel whose sum of squares, at most 2¹⁵ · 255², is an int32: the fastest that there is

/** Exact: sums of integers. */
function measurePixels({ shape: [, , channels] }: ImageColumn): Measure {
  const sum = new Array<bigint>(channels).fill(0n);
  const sumOfSquares = new Array<bigint>(channels).fill(0n);
  let total = 0;
  const addTo = (c: number, values: Uint8Array, start: number, end: number): void => {
    let s = 0, q = 0;
    for (let i = start; i < end; i += channels) {
      const value = values[i]!;
      s = (s + value) | 0;
      q = (q + value * value) | 0;
    }
    sum[c]! += BigInt(s);
    sumOfSquares[c]! += BigInt(q);
  };
  return {
    update: ({ values }) => {
      total += values.length;
      const step = CHUNK * channels;
      for (let start = 0; start < values.length; start += step) {
        const end = Math.min(start + step, values.length);
        for (let c = 0; c < channels; c++) addTo(c, values as Uint8Array, start + c, end);
      }
    },
    result: () => {
      const n = total / channels;
      const spread = sum.map((s, c) => Number(BigInt(n) * sumOfSquares[c]! - s * s)); // n² · variance
      return {
        mean: sum.map((s) => Number(s) / n / 255),
        std: spread.map((v) => Math.sqrt(v) / n / 255),
      };
    },
  };
}

function measureClasses({ classNames }: LabelColumn): Measure {
  const classCounts = new Array<number>(classNames.length).fill(0);
  return {
    update: ({ values }) => {
      for (const label of values as Int32Array) {
        while (label >= classCounts.length) classCounts.push(0);
        classCounts[label]!++;
      }
    },
    result: () => ({ classCounts }),
  };
}

/** Welford's recurrence, one value after the other. */
function measureNumbers(): Measure {
  let n = 0, mean = 0, spread = 0, min = Infinity, max = -Infinity;
  return {
    update: ({ values }) => {
      for (const value of values as Float64Array) {
        const delta = value - mean;
        mean += delta / ++n;
        spread += delta * (value - mean);
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
    },
    result: () => ({ mean, std: Math.sqrt(spread / n), min, max }),
  };
}

function measureLengths(): Measure {
  let n = 0, sum = 0, minLength = Infinity, maxLength = 0;
  return {
    update: ({ offsets }) => {
      for (let i = 1; i < offsets!.length; i++) {
        const length = offsets![i]! - offsets![i - 1]!;
        minLength = Math.min(minLength, length);
        maxLength = Math.max(maxLength, length);
        sum += length;
        n++;
      }
    },
    result: () => ({ minLength, maxLength, meanLength: sum / n }),
  };
}
