import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { everyKindRow, everyKindSource } from "./_test_source.ts";
import { openDataset } from "./open_dataset.ts";
import { rowAt } from "./row_at.ts";
import type { Row } from "./rows.ts";
import { verifyDataset } from "./verify_dataset.ts";
import { writeShards } from "./write_shards.ts";

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`writeShards() and openDataset() give back every kind of column, compression "${compression}"`, () =>
    withTempFolder(async (folder) => {
      const options = { rowsPerBlock: 4, shardBytes: 4000, compression };
      const manifest = await writeShards(folder, everyKindSource(), options);
      assert.ok(manifest.splits["train"]!.shards.length > 1);
      assert.deepEqual(manifest.dropped, { "cannot be decoded": 2 });
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
      const kept = [...Array(25).keys()].filter((i) => i !== 7 && i !== 8);
      assert.deepEqual(rows, kept.map(everyKindRow));
      dataset.close();
      const { problems, ...report } = await verifyDataset(folder);
      assert.deepEqual(problems, []);
      assert.equal(report.rows, 28);
    }));
}
