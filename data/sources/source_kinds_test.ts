import assert from "node:assert/strict";
import { join } from "node:path";
import { openDataset } from "../shards/open_dataset.ts";
import { rowAt } from "../shards/row_at.ts";
import { writeShards } from "../shards/write_shards.ts";
import { withTempFolder } from "../_with_temp_folder.ts";
import { readRows } from "./_read_items.ts";
import { tarBytes } from "./_tar_bytes.ts";
import { type SourceFlags, sourceKinds } from "./source_kinds.ts";

const encoder = new TextEncoder();
const parquet = Deno.readFileSync(new URL("./fixtures/hugging_face.parquet", import.meta.url));
const made: readonly [
  kind: string,
  file: string,
  content: Uint8Array,
  flags: SourceFlags,
  rows: unknown[],
][] = [
  ["webdataset", "x.tar", tarBytes([{ name: "a.cls", content: "1" }]), { classNames: ["no", "yes"] }, [{
    label: 1,
  }]],
  ["text", "x.txt", encoder.encode("one\ntwo"), { per: "line" }, [{ text: "one" }, { text: "two" }]],
  ["json-lines", "x.jsonl", encoder.encode('{"a": "b"}'), {}, [{ a: "b" }]],
  ["csv", "x.csv", encoder.encode("a;b\n1;2"), { delimiter: ";" }, [{ a: "1", b: "2" }]],
  [
    "parquet",
    "x.parquet",
    parquet,
    { columns: ["ids"] },
    [[1, 2], [], [3], [4], [5]].map((ids) => ({
      ids: Int32Array.from(ids),
    })),
  ],
  ["text", "x.txt", encoder.encode("abcd"), { tokens: 3, documents: "single" }, [
    { tokens: Int32Array.of(97, 98, 99), offsets: Int32Array.of(0, 3) },
    { tokens: Int32Array.of(100, 256, 257), offsets: Int32Array.of(0, 2) }, // separator, padding
  ]],
];

Deno.test("sourceKinds make sources whose rows come back from shards as they were", async () => {
  for (const [kind, file, content, flags, rows] of made) {
    await withTempFolder(async (folder) => {
      const path = join(folder, file);
      await Deno.writeFile(path, content);
      const source = await sourceKinds[kind]!.make({ train: [path] }, {
        name: "set",
        licence: "MIT",
        ...flags,
      });
      assert.deepEqual(await readRows(source), rows, kind);
      await writeShards(join(folder, "set"), source);
      const { manifest, split } = await openDataset(join(folder, "set"));
      assert.deepEqual([manifest.name, manifest.licence], ["set", "MIT"]);
      const block = await split("train").readBlock(0);
      assert.deepEqual(rows.map((_, i) => rowAt(block, i)), rows, kind);
      split("train").close();
    });
  }
});

Deno.test("sourceKinds take fields as they are written", () => {
  const { parse } = sourceKinds["csv"]!.options.find(({ flags }) => flags.startsWith("--fields"))!;
  assert.deepEqual(parse!("text,year:number,label:label=class,ids:tokens=a.b", undefined), {
    text: { kind: "text" },
    year: { kind: "number" },
    label: { kind: "label", field: "class" },
    ids: { kind: "tokens", field: "a.b" },
  });
  for (const text of ["", "a:b", "a,,b", ":text", "a:text="]) {
    assert.throws(() => parse!(text, undefined), RangeError, text);
  }
});
