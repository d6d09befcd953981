import type { Source, SourceItem } from "../sources/source.ts";
import type { Column } from "./column.ts";
import type { Row } from "./rows.ts";

/** For tests: a column of every kind. */
export const everyKind: readonly Column[] = [
  { name: "image", kind: "image", shape: [2, 3, 1] },
  { name: "label", kind: "label", classNames: ["even", "odd"] },
  { name: "wave", kind: "waveform", sampleRate: 16_000 },
  { name: "png", kind: "encodedImage" },
  { name: "wav", kind: "encodedAudio" },
  { name: "text", kind: "text" },
  { name: "tokens", kind: "tokens" },
  { name: "number", kind: "number" },
];

/** For tests: a value of every kind, all different between rows, of lengths that vary and may be 0. */
export function everyKindRow(i: number): Row {
  return {
    image: Uint8Array.from({ length: 6 }, (_, j) => i + j),
    label: i % 2,
    wave: Float32Array.from({ length: i % 4 }, (_, j) => j / 4),
    png: Uint8Array.from({ length: (3 * i) % 5 }, (_, j) => i ^ j),
    wav: new Uint8Array(i === 2 ? 100 : 0),
    text: ["", "a", "ü", "漢字", "🙂"][i % 5]!,
    tokens: Int32Array.from({ length: i % 3 }, (_, j) => -i * j),
    number: i / 3,
  };
}

/** For tests: 23 rows of every kind to train, 5 to test; the training items 7 and 8 are dropped. */
export function everyKindSource(): Source {
  return {
    name: "every kind",
    source: "a test",
    licence: "MIT",
    columns: everyKind,
    splits: {
      train: { numItems: 25, items: (from) => items(from, 25) },
      test: { items: (from) => items(from, 5) },
    },
  };
}

async function* items(from: number, end: number): AsyncGenerator<SourceItem> {
  for (let i = from; i < end; i++) {
    await Promise.resolve();
    if (i === 7 || i === 8) yield { dropped: "cannot be decoded", detail: `item ${i}` };
    else yield { row: everyKindRow(i) };
  }
}
