import assert from "node:assert/strict";
import fc from "fast-check";
import { withTempFolder } from "../_with_temp_folder.ts";
import { openDataset } from "../shards/open_dataset.ts";
import { rowAt } from "../shards/row_at.ts";
import { writeShards } from "../shards/write_shards.ts";
import type { Source } from "../sources/source.ts";
import { madeUpSplit } from "./_made_up_split.ts";
import { createLoader } from "./loader.ts";
import { columnsPreparation } from "./preparations/columns.ts";

/** 403 made-up rows. */
function source(): Source {
  const split = madeUpSplit(403, 50);
  return {
    name: "made up",
    source: "this test",
    licence: "MIT",
    columns: split.columns,
    splits: {
      train: {
        items: async function* (from) {
          for (let row = from; row < split.numRows; row++) {
            const rows = await split.readBlock(Math.floor(row / 50));
            yield { row: rowAt(rows, row - rows.first) };
          }
        },
      },
    },
  };
}

for (const compression of ["none", "zstd"] as const) {
  Deno.test(`createLoader() reads shards, compression "${compression}"`, () =>
    withTempFolder(async (folder) => {
      await writeShards(folder, source(), { rowsPerBlock: 20, shardBytes: 8000, compression });
      const dataset = await openDataset(folder);
      for (const workers of [0, 2]) {
        await using loader = await createLoader({
          data: dataset.split("train"),
          preparation: columnsPreparation({ image: {}, number: {}, tokens: { length: 8 } }),
          batchSize: 16,
          workers,
          memoryBytes: 20_000, // less than all, so that memory is used again
        });
        const seen: number[] = [];
        for await (using batch of loader.batches()) {
          const { image, number, tokens, tokensLength } = batch.arrays;
          for (const [i, row] of batch.samples.row.entries()) {
            seen.push(row);
            assert.equal(number!.values[i], row);
            const pixels = Uint8Array.from({ length: 48 }, (_, k) => row + 7 * k);
            assert.deepEqual(new Uint8Array(image!.values.slice(48 * i, 48 * (i + 1))), pixels);
            const numTokens = tokensLength!.values[i]!;
            assert.equal(numTokens, row % 9);
            const expected = Array.from({ length: 8 }, (_, k) => k < numTokens ? row + k : 0);
            assert.deepEqual([...tokens!.values.subarray(8 * i, 8 * (i + 1))], expected);
          }
        }
        assert.deepEqual(seen.sort((a, b) => a - b), [...Array(403).keys()]);
      }
      dataset.close();
    }));
}

Deno.test("createLoader() that is killed and started again at the next batch, twice, gives the same bytes", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, source(), { rowsPerBlock: 20, shardBytes: 8000 });
    const whole = await probe(folder, 0, 0, Infinity);
    assert.equal(whole.length, 2 * 26); // ⌈403 / 16⌉
    const kills = fc.sample(
      fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
      1,
    )[0]!;
    const lines: string[] = [];
    for (const numBatches of [...kills, Infinity]) {
      lines.push(...await probe(folder, lines.length, 2, numBatches));
    }
    assert.deepEqual(lines, whole, `killed after ${kills}`);
  }));

/** The lines of `_load_probe.ts` from the n-th on, until that many have come: then it is killed. */
async function probe(folder: string, first: number, workers: number, numLines: number): Promise<string[]> {
  const script = new URL("./_load_probe.ts", import.meta.url).pathname;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-remote", "--allow-read", script, folder, `${first}`, `${workers}`],
    stdout: "piped",
  }).spawn();
  const lines: string[] = [];
  let text = "";
  for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
    const parts = (text + chunk).split("\n");
    text = parts.pop()!;
    lines.push(...parts);
    if (lines.length >= numLines) break;
  }
  if (lines.length >= numLines) process.kill("SIGKILL");
  await process.status;
  return lines.slice(0, numLines);
}

Deno.test("createLoader() keeps the lengths of rows whose values did not shrink when they were compressed", () =>
  withTempFolder(async (folder) => {
    const column = { name: "tokens", kind: "tokens" } as const; // one row a block: offsets stay as they are, values shrink
    const items = async function* (from: number) {
      for (let row = from; row < 64; row++) yield { row: { tokens: new Int32Array(100 + row).fill(row) } };
    };
    const about = { name: "tokens", source: "this test", licence: "MIT", columns: [column] };
    await writeShards(folder, { ...about, splits: { train: { items } } }, {
      compression: "zstd",
      rowsPerBlock: 1,
    });
    const dataset = await openDataset(folder);
    for (const workers of [0, 1]) {
      await using loader = await createLoader({
        data: dataset.split("train"),
        preparation: columnsPreparation({ tokens: { length: 200 } }),
        batchSize: 4,
        workers,
        memoryBytes: 20_000,
      });
      for await (using batch of loader.batches()) {
        const lengths = Array.from(batch.samples.row, (row) => 100 + row);
        assert.deepEqual([...batch.arrays.tokensLength!.values], lengths);
      }
    }
    dataset.close();
  }));
