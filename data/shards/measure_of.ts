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

/** Exact: sums of integers. */
function measurePixels({ shape: [, , channels] }: ImageColumn): Measure {
  const sum = new Array<bigint>(channels).fill(0n);
  const sumOfSquares = new Array<bigint>(channels).fill(0n);
  let total = 0;
  return {
    update: ({ values }) => {
      total += values.length;
      for (let c = 0; c < channels; c++) {
        let s = 0, q = 0; // a block has less than 2³¹ pixels: the sum of squares stays below 2⁴⁷
        for (let i = c; i < values.length; i += channels) {
          const value = values[i]!;
          s += value;
          q += value * value;
        }
        sum[c]! += BigInt(s);
        sumOfSquares[c]! += BigInt(q);
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
