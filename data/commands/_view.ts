import { decodeAudio } from "../audio/decode_audio.ts";
import { mixToMono } from "../audio/mix_to_mono.ts";
import { decodeImage } from "../images/decode_image.ts";
import type { Column } from "../shards/column.ts";
import type { Row } from "../shards/rows.ts";
import type { Pixels } from "./_canvas.ts";
import { numbered, short } from "./_describe.ts";

/** What there is to see of a row. */
export type View =
  | { readonly kind: "picture"; readonly picture: Pixels }
  | { readonly kind: "sound"; readonly envelope: Envelope; readonly seconds: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "damaged"; readonly reason: string };

/** The lowest and highest sample of each of some equal parts of a sound, −1…1. */
export type Envelope = { readonly low: Float32Array; readonly high: Float32Array };

const ENVELOPE_PARTS = 240;

/** The column that is looked at: pictures before sounds before text before anything else but labels. */
export function shownColumn(columns: readonly Column[]): Column {
  const order = ["image", "encodedImage", "waveform", "encodedAudio", "text", "tokens", "number", "label"];
  return columns.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0]!;
}

/** What stands below it: the text of another column, if there is one. */
export function captionOf(row: Row, columns: readonly Column[], shown: Column): string | undefined {
  const column = columns.find((column) => column.kind === "text" && column.name !== shown.name);
  return column && row[column.name] as string;
}

/** A row as it is seen through one of its columns. */
export function viewOf(row: Row, column: Column): View {
  const value = row[column.name]!;
  try {
    switch (column.kind) {
      case "image": {
        const [height, width, channels] = column.shape;
        return { kind: "picture", picture: { height, width, channels, pixels: value as Uint8Array } };
      }
      case "encodedImage":
        return { kind: "picture", picture: decodeImage(value as Uint8Array, { channels: 4 }) };
      case "waveform":
        return soundView(value as Float32Array, column.sampleRate);
      case "encodedAudio": {
        const sound = decodeAudio(value as Uint8Array);
        return soundView(mixToMono(sound), sound.sampleRate);
      }
      case "text":
        return { kind: "text", text: value as string };
      case "tokens":
        return {
          kind: "text",
          text: `${numbered((value as Int32Array).length, "token")}: ${(value as Int32Array).join(" ")}`,
        };
      default:
        return { kind: "text", text: short(value as number) };
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { kind: "damaged", reason: error.message };
  }
}

function soundView(samples: Float32Array, sampleRate: number): View {
  const parts = Math.max(1, Math.min(ENVELOPE_PARTS, samples.length));
  const low = new Float32Array(parts), high = new Float32Array(parts);
  samples.forEach((sample, i) => {
    const part = Math.floor(i * parts / samples.length);
    low[part] = Math.min(low[part]!, sample);
    high[part] = Math.max(high[part]!, sample);
  });
  return { kind: "sound", envelope: { low, high }, seconds: samples.length / sampleRate };
}
