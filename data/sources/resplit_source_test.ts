import assert from "node:assert/strict";
import fc from "fast-check";
import { withTempFolder } from "../_with_temp_folder.ts";
import { SourceError } from "../source_error.ts";
import { openDataset } from "../shards/open_dataset.ts";
import { writeShards } from "../shards/write_shards.ts";
import { type ResplitOptions, resplitSource } from "./resplit_source.ts";
import type { Row } from "../shards/rows.ts";

/** A set whose rows have these labels and texts, written to shards; closed after `use`. */
async function withSet(
  rows: readonly { label: number; text: string }[],
  use: (deal: (options: Partial<ResplitOptions>) => Promise<Record<string, Row[]>>) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    await writeShards(folder, {
      name: "rows",
      source: "a test",
      licence: "MIT",
      columns: [{ name: "label", kind: "label", classNames: ["a", "b", "c"] }, {
        name: "text",
        kind: "text",
      }],
      splits: {
        train: {
          items: async function* (from) {
            for (const row of rows.slice(from)) yield { row };
          },
        },
      },
    }, { rowsPerBlock: 7 });
    const dataset = await openDataset(folder);
    try {
      await use(async (options) => {
        const { splits } = resplitSource(dataset, { from: "train", parts: {}, by: "share", ...options });
        const dealt: Record<string, Row[]> = {};
        for (const [name, { items, numItems }] of Object.entries(splits)) {
          const all = await Array.fromAsync(items(0));
          assert.deepEqual(await Array.fromAsync(items(3)), all.slice(3)); // an import that goes on
          dealt[name] = all.map((item) => "row" in item ? item.row : assert.fail());
          if (numItems !== undefined) assert.equal(all.length, numItems);
        }
        return dealt;
      });
    } finally {
      dataset.close();
    }
  });
}

const rows = Array.from(
  { length: 300 },
  (_, i) => ({ label: i % 7 === 0 ? 2 : i % 2, text: `text ${i >> 1}` }),
);

Deno.test("resplitSource() by share keeps equal content on one side, whatever the label", () =>
  withSet(rows, async (deal) => {
    const { learn, val } = await deal({ parts: { learn: 0.7, val: 0.3 } });
    assert.equal(learn!.length + val!.length, 300);
    assert.ok(learn!.length > 180 && learn!.length < 240, `${learn!.length}`); // 150 texts: 105 ± 6 of them
    const texts = new Set(learn!.map(({ text }) => text));
    assert.ok(val!.every(({ text }) => !texts.has(text)));
    const other = await deal({ parts: { learn: 0.7, val: 0.3 }, seed: 1 });
    assert.notDeepEqual(other["val"], val);
  }));

Deno.test("resplitSource() by count or exact share meets the sizes, of each class if it is told so", () =>
  withSet(rows, async (deal) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 149 }), fc.integer({ min: 1, max: 150 }), async (a, b) => {
        const plain = await deal({ parts: { a, b }, by: "count" });
        assert.deepEqual([plain["a"]!.length, plain["b"]!.length], [a, b]);
        const dealt = await deal({ parts: { a: a / 300, b: b / 300 }, by: "exactShare", stratify: "label" });
        assert.deepEqual([dealt["a"]!.length, dealt["b"]!.length], [a, b]);
        for (const label of [0, 1, 2]) {
          const size = rows.filter((row) => row.label === label).length;
          const found = dealt["a"]!.filter((row) => row["label"] === label).length;
          assert.ok(Math.abs(found - size * a / 300) < 1 + 1e-9, `${found} of ${size * a / 300}`);
        }
      }),
      { numRuns: 15 },
    );
  }));

Deno.test("resplitSource() says what it cannot do", () =>
  withSet(rows, async (deal) => {
    const refused: readonly [RegExp, Partial<ResplitOptions>][] = [
      [/rows has no split tran: it has train/, { from: "tran" }],
      [/train has 300 rows, and the parts ask for 400/, { parts: { a: 300, b: 100 }, by: "count" }],
      [/rows has no label column text: it has label/, { parts: { a: 1 }, by: "count", stratify: "text" }],
    ];
    for (const [message, options] of refused) {
      await assert.rejects(deal(options), (error: unknown) => {
        assert.ok(error instanceof SourceError);
        assert.match(error.message, message);
        return true;
      });
    }
  }));
