import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import type { Column } from "./column.ts";
import { openDataset } from "./open_dataset.ts";
import type { Row, Value } from "./rows.ts";
import { rowAt } from "./row_at.ts";
import { writeShards } from "./write_shards.ts";

const everyKind: readonly Column[] = [
  { name: "image", kind: "image", shape: [2, 3, 1] },
  { name: "label", kind: "label", classNames: ["even", "odd"] },
  { name: "wave", kind: "waveform", sampleRate: 16_000 },
  { name: "png", kind: "encodedImage" },
  { name: "wav", kind: "encodedAudio" },
  { name: "text", kind: "text" },
  { name: "tokens", kind: "tokens" },
  { name: "number", kind: "number" },
];

function everyKindRow(i: number): Record<string, Value> {
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

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`writeShards() and openDataset() give back every kind of column, compression "${compression}"`, () =>
    withTempFolder(async (folder) => {
      const source = {
        name: "every kind",
        source: "this test",
        licence: "MIT",
        columns: everyKind,
        splits: {
          train: {
            items: async function* (from: number) {
              for (let i = from; i < 23; i++) yield { row: everyKindRow(i) };
            },
          },
        },
      };
      const manifest = await writeShards(folder, source, { rowsPerBlock: 4, shardBytes: 4000, compression });
      assert.ok(manifest.splits["train"]!.shards.length > 1);
      const dataset = await openDataset(folder);
      assert.deepEqual(dataset.manifest, manifest);
      const split = dataset.split("train");
      assert.deepEqual([split.numRows, split.numBlocks], [23, 6]);
      const rows: Row[] = [];
      for (let block = 0; block < split.numBlocks; block++) {
        const read = await split.readBlock(block);
        assert.deepEqual([read.first, read.numRows], [4 * block, block < 5 ? 4 : 3]);
        for (let i = 0; i < read.numRows; i++) rows.push(rowAt(read, i));
      }
      assert.deepEqual(rows, Array.from({ length: 23 }, (_, i) => everyKindRow(i)));
      dataset.close();
    }));
}
