/**
 * A source whose files are decoded.
 * @module
 */
import { AudioError } from "../audio/audio_error.ts";
import { decodeWaveform } from "../audio/decode_waveform.ts";
import { decodeImage } from "../images/decode_image.ts";
import { fitSquare } from "../images/fit_square.ts";
import { ImageError } from "../images/image_error.ts";
import type { Column } from "../shards/column.ts";
import type { Row, Value } from "../shards/rows.ts";
import { SourceError } from "../source_error.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** What files become. */
export type DecodeFilesOptions = {
  /** Images become squares of so many pixels a side, as `fitSquare()` makes them; unless said, they stay files. */
  readonly size?: number;
  /** Of those images; 3 unless said. */
  readonly channels?: 1 | 3;
  /** Sounds become waveforms of one channel at this rate, in Hz; unless said, they stay files. */
  readonly sampleRate?: number;
};

/**
 * The same rows with images and sounds in the place of their files. A row with a file that cannot be decoded is dropped and counted.
 * @param source With columns of encoded images or sounds.
 * @param options What they become.
 * @throws {SourceError} If the source has nothing that the options are about.
 */
export function decodedSource(source: Source, options: DecodeFilesOptions): Source {
  const { size, channels = 3, sampleRate } = options;
  const has = (kind: Column["kind"]) => source.columns.some((column) => column.kind === kind);
  for (
    const [what, option, kind] of [["images", size, "encodedImage"], [
      "sounds",
      sampleRate,
      "encodedAudio",
    ]] as const
  ) {
    if (option === undefined || has(kind)) continue;
    const names = source.columns.map((column) => `${column.name} (${column.kind})`).join(", ");
    throw new SourceError(
      source.source,
      `${source.name} has no files of ${what} to decode: its columns are ${names}`,
    );
  }
  const decoders = new Map<string, (bytes: Uint8Array) => Value>();
  const columns = source.columns.map((column): Column => {
    if (column.kind === "encodedImage" && size !== undefined) {
      decoders.set(
        column.name,
        (bytes) => fitSquare(decodeImage(bytes, { channels, minSize: size }), size).pixels,
      );
      return { name: column.name, kind: "image", shape: [size, size, channels] };
    }
    if (column.kind === "encodedAudio" && sampleRate !== undefined) {
      decoders.set(column.name, (bytes) => decodeWaveform(bytes, sampleRate));
      return { name: column.name, kind: "waveform", sampleRate };
    }
    return column;
  });
  const splits = Object.entries(source.splits).map(([name, split]) => [name, decoded(split, decoders)]);
  return { ...source, columns, splits: Object.fromEntries(splits) };
}

function decoded(
  split: SplitSource,
  decoders: ReadonlyMap<string, (bytes: Uint8Array) => Value>,
): SplitSource {
  return {
    ...split,
    items: async function* (from) {
      let index = from;
      for await (const item of split.items(from)) {
        yield "row" in item ? decodeRow(item.row, index, decoders) : item;
        index++;
      }
    },
  };
}

function decodeRow(
  row: Row,
  index: number,
  decoders: ReadonlyMap<string, (bytes: Uint8Array) => Value>,
): SourceItem {
  const values: Record<string, Value> = { ...row };
  for (const [name, decode] of decoders) {
    try {
      values[name] = decode(row[name] as Uint8Array);
    } catch (error) {
      if (!(error instanceof ImageError || error instanceof AudioError)) throw error;
      return { dropped: "cannot be decoded", detail: `item ${index}, ${name}: ${error.message}` };
    }
  }
  return { row: values };
}
