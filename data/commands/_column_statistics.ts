import { AudioError } from "../audio/audio_error.ts";
import { decodeAudio } from "../audio/decode_audio.ts";
import { mixToMono } from "../audio/mix_to_mono.ts";
import { rootMeanSquare } from "../audio/root_mean_square.ts";
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
  if (column.kind === "encodedAudio") return soundFileMeter();
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

/** The files' sounds, all channels mixed. */
function soundFileMeter(): ColumnMeter {
  const levels = new Levels();
  const rates = new Map<number, number>();
  let damaged = 0;
  return {
    update: ({ values, offsets }) => {
      for (let i = 1; i < offsets!.length; i++) {
        try {
          const sound = decodeAudio((values as Uint8Array).subarray(offsets![i - 1]!, offsets![i]!));
          levels.add(mixToMono(sound), sound.sampleRate);
          rates.set(sound.sampleRate, (rates.get(sound.sampleRate) ?? 0) + 1);
        } catch (error) {
          if (!(error instanceof AudioError)) throw error;
          damaged++;
        }
      }
    },
    result: () =>
      [
        ...levels.result(),
        {
          text: [...rates].map(([rate, n]) => `${numbered(n, "file")} at ${count(rate)} Hz`).join(", "),
          facts: { sampleRates: Object.fromEntries(rates) },
        },
        { text: `${numbered(damaged, "file")} that cannot be decoded`, facts: { damaged } },
      ].filter(({ text }) => text !== ""),
  };
}

function soundMeter(sampleRate: number): ColumnMeter {
  const levels = new Levels();
  return {
    update: ({ values, offsets }) => {
      for (let i = 1; i < offsets!.length; i++) {
        levels.add((values as Float32Array).subarray(offsets![i - 1]!, offsets![i]!), sampleRate);
      }
    },
    result: () => levels.result(),
  };
}

/** How long and how loud sounds are. */
class Levels {
  readonly #rms = new Summary();
  #seconds = 0;

  add(samples: Float32Array, sampleRate: number): void {
    if (samples.length === 0) return;
    this.#rms.add(rootMeanSquare(samples));
    this.#seconds += samples.length / sampleRate;
  }

  result(): readonly Finding[] {
    if (this.#seconds === 0) return [];
    const { min, max, mean } = this.#rms;
    return [{
      text:
        `${formatDuration(this.#seconds)} in all; root mean square ${min.toFixed(3)} to ${max.toFixed(3)}, ` +
        `mean ${mean.toFixed(3)}`,
      facts: { seconds: this.#seconds, rms: { min, max, mean } },
    }];
  }
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
