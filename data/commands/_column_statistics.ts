import { decodeImage } from "../images/decode_image.ts";
import { ImageError } from "../images/image_error.ts";
import type { Column } from "../shards/column.ts";
import { measureOf } from "../shards/measure_of.ts";
import type { ColumnValues } from "../shards/rows.ts";
import { count, describeStatistics, formatDuration, numbered } from "./_describe.ts";

/** What is measured of a column, for a reader and for a script. */
export type Finding = { readonly text: string; readonly facts: Readonly<Record<string, unknown>> };

/** Measures a column block by block. */
export type ColumnMeter = {
  readonly update: (values: ColumnValues) => void;
  /** After at least one row. */
  readonly result: () => readonly Finding[];
};

/** More than the manifest has: what is in encoded images, how loud a sound is, how many words a text has. */
export function meterOf(column: Column): ColumnMeter {
  if (column.kind === "encodedImage") return imageMeter();
  const stored = measureOf(column);
  const more = column.kind === "waveform"
    ? soundMeter(column.sampleRate)
    : column.kind === "text"
    ? textMeter()
    : undefined;
  return {
    update: (values) => {
      stored.update(values);
      more?.update(values);
    },
    result: () => {
      const facts = stored.result();
      return [{ text: describeStatistics(column, facts), facts }, ...more?.result() ?? []];
    },
  };
}

/** Running mean and spread (Welford's recurrence), least and most. */
class Summary {
  #n = 0;
  #mean = 0;
  #spread = 0;
  min = Infinity;
  max = -Infinity;

  add(value: number): void {
    const delta = value - this.#mean;
    this.#mean += delta / ++this.#n;
    this.#spread += delta * (value - this.#mean);
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  get mean(): number {
    return this.#mean;
  }

  get std(): number {
    return Math.sqrt(this.#spread / this.#n);
  }
}

/** The files' pixels, in colour, each image weighed by its size; and their sizes. */
function imageMeter(): ColumnMeter {
  const sum = [0, 0, 0], sumOfSquares = [0, 0, 0];
  let pixels = 0, damaged = 0;
  const heights = new Summary(), widths = new Summary();
  const add = (bytes: Uint8Array) => {
    const image = decodeImage(bytes, { channels: 3 });
    for (let c = 0; c < 3; c++) {
      let s = 0, q = 0; // exact below 2⁵³
      for (let i = c; i < image.pixels.length; i += 3) {
        const value = image.pixels[i]!;
        s += value;
        q += value * value;
      }
      sum[c]! += s;
      sumOfSquares[c]! += q;
    }
    pixels += image.height * image.width;
    heights.add(image.height);
    widths.add(image.width);
  };
  return {
    update: ({ values, offsets }) => {
      for (let i = 1; i < offsets!.length; i++) {
        try {
          add((values as Uint8Array).subarray(offsets![i - 1]!, offsets![i]!));
        } catch (error) {
          if (!(error instanceof ImageError)) throw error;
          damaged++;
        }
      }
    },
    result: () => {
      const mean = sum.map((s) => s / pixels / 255);
      const std = sumOfSquares.map((q, c) => Math.sqrt(Math.max(0, q / pixels / 255 ** 2 - mean[c]! ** 2)));
      const list = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(" ");
      const range = ({ min, max, mean }: Summary) => ({ min, max, mean });
      return [
        ...(pixels === 0 ? [] : [
          { text: `decoded: mean ${list(mean)}, std ${list(std)}`, facts: { mean, std } },
          {
            text: `${heights.min} to ${heights.max} pixels high, ${widths.min} to ${widths.max} wide`,
            facts: { height: range(heights), width: range(widths) },
          },
        ]),
        { text: `${numbered(damaged, "file")} that cannot be decoded`, facts: { damaged } },
      ];
    },
  };
}

function soundMeter(sampleRate: number): ColumnMeter {
  const level = new Summary(), seconds = new Summary();
  let total = 0;
  return {
    update: ({ values, offsets }) => {
      for (let i = 1; i < offsets!.length; i++) {
        const samples = (values as Float32Array).subarray(offsets![i - 1]!, offsets![i]!);
        if (samples.length === 0) continue;
        level.add(Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length));
        seconds.add(samples.length / sampleRate);
        total += samples.length / sampleRate;
      }
    },
    result: () => [{
      text:
        `${formatDuration(total)} in all; root mean square ${level.min.toFixed(3)} to ${
          level.max.toFixed(3)
        }, ` +
        `mean ${level.mean.toFixed(3)}`,
      facts: { seconds: total, rms: { min: level.min, max: level.max, mean: level.mean } },
    }],
  };
}

function textMeter(): ColumnMeter {
  const decoder = new TextDecoder();
  const words = new Summary();
  return {
    update: ({ values, offsets }) => {
      for (let i = 1; i < offsets!.length; i++) {
        const text = decoder.decode(values.subarray(offsets![i - 1]!, offsets![i]!));
        words.add(text.match(/\S+/g)?.length ?? 0);
      }
    },
    result: () => [{
      text: words.min === words.max
        ? `${numbered(words.min, "word")} each`
        : `${count(words.min)} to ${numbered(words.max, "word")}, ${
          count(Math.round(words.mean))
        } on average`,
      facts: { words: { min: words.min, max: words.max, mean: words.mean } },
    }],
  };
}
