import fc from "fast-check";
import assert from "node:assert/strict";
import { join } from "node:path";
import { SourceError } from "../source_error.ts";
import { withTempFolder } from "../_with_temp_folder.ts";
import { parquetSource } from "./parquet_source.ts";
import { readItems } from "./_read_items.ts";

const fixture = new URL("./fixtures/hugging_face.parquet", import.meta.url).pathname; // by write_parquet.py beside it

/** Runs `use` with a path of a file of these bytes. */
async function withFile(bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    await Deno.writeFile(join(folder, "x.parquet"), bytes);
    await use(join(folder, "x.parquet"));
  });
}

Deno.test("parquetSource() knows images, classes, text and lists by Hugging Face's note", async () => {
  const source = await parquetSource({ paths: fixture });
  assert.deepEqual(source.columns, [
    { name: "image", kind: "encodedImage" },
    { name: "label", kind: "label", classNames: ["cat", "dog"] },
    { name: "caption", kind: "text" },
    { name: "ids", kind: "tokens" },
  ]);
  assert.equal(source.splits.train!.numItems, 5);
  const items = await readItems(source);
  const rows = items.slice(0, 3).map((item) => {
    assert.ok("row" in item);
    const { image, ...others } = item.row;
    assert.deepEqual((image as Uint8Array).subarray(0, 4), Uint8Array.of(0x89, 0x50, 0x4e, 0x47));
    return others;
  });
  assert.deepEqual(rows, [
    { label: 0, caption: "", ids: Int32Array.of(1, 2) },
    { label: 1, caption: "né", ids: Int32Array.of() },
    { label: 0, caption: "c", ids: Int32Array.of(3) },
  ]);
  assert.deepEqual(items.slice(3), [
    {
      dropped: "image has no bytes",
      detail: `${fixture}, row 3: image has no bytes, only the path "elsewhere.png"`,
    },
    { dropped: "label is missing", detail: `${fixture}, row 4: there is no label` },
  ]);
});

Deno.test("parquetSource() goes on at any row, over row groups and files", async () => {
  const source = await parquetSource({ paths: [fixture, fixture], columns: ["caption"] });
  const all = await readItems(source);
  assert.equal(all.length, 10);
  for (let from = 0; from <= 11; from++) assert.deepEqual(await readItems(source, from), all.slice(from));
});

Deno.test("parquetSource() takes columns as it is told", async () => {
  const columns = [{ name: "label", kind: "number" }, "ids"] as const;
  const source = await parquetSource({ paths: fixture, columns });
  const [first] = await readItems(source);
  assert.deepEqual(first, { row: { label: 0, ids: Int32Array.of(1, 2) } });
});

Deno.test("parquetSource() refuses what it cannot take, by name", async () => {
  await assert.rejects(parquetSource({ paths: "no-such.parquet" }), /Cannot read no-such\.parquet/);
  await assert.rejects(parquetSource({ paths: fixture, columns: ["captoin"] }), /did you mean "caption"\?/);
  const small = await parquetSource({ paths: fixture, maxGroupBytes: 10 });
  await assert.rejects(
    readItems(small),
    /row group 0 takes \d+ bytes, over the limit of 10: raise maxGroupBytes/,
  );
});

Deno.test("parquetSource() refuses every file that is cut short", async () => {
  const whole = await Deno.readFile(fixture);
  for (let length = 0; length < whole.length; length += 37) {
    await withFile(whole.subarray(0, length), async (path) => {
      await assert.rejects(parquetSource({ paths: path }), SourceError, `${length} bytes`);
    });
  }
});

Deno.test("parquetSource() neither crashes nor hangs on files with flipped bytes", async () => {
  const whole = await Deno.readFile(fixture);
  const flips = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(flips, async (flips) => {
      const bytes = whole.slice();
      for (const [at, mask] of flips) bytes[at]! ^= mask;
      await withFile(bytes, async (path) => {
        try {
          await readItems(await parquetSource({ paths: path }));
        } catch (error) {
          assert.ok(error instanceof SourceError, String(error));
        }
      });
    }),
    { numRuns: 300, seed: 1 },
  );
});
