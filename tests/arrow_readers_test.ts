import { everyKindRow, everyKindSource } from "../data/shards/_test_source.ts";
import { type Compression, writeShards } from "@lacuna/data/shards";
import assert from "node:assert/strict";
import { firstPython, succeeds } from "./_first_python.ts";

type Read = {
  readonly types: Record<string, string>;
  readonly rows: unknown[];
  readonly counts?: Record<string, number>;
};

const python = await firstPython(["pyarrow"]);
const duckdb = [
  "deno",
  "run",
  "--quiet",
  "--cached-only",
  "--no-lock",
  "--allow-read",
  "--allow-sys=cpus",
  "tests/readers/duckdb_rows.ts",
];
const hasDuckdb = await succeeds([...duckdb]);

/** The rows of the training split, in plain arrays. */
const expected = [...Array(25).keys()].filter((i) => i !== 7 && i !== 8).map((i) =>
  JSON.parse(
    JSON.stringify(
      everyKindRow(i),
      (_, value) => ArrayBuffer.isView(value) ? [...value as Uint8Array] : value,
    ),
  )
);

/** What another reader makes of the shards of the training split. */
async function readBy(command: readonly string[], compression: Compression): Promise<Read> {
  const folder = await Deno.makeTempDir({ prefix: "lacuna-readers-" });
  try {
    const options = { rowsPerBlock: 4, shardBytes: 4500, compression };
    const { splits } = await writeShards(folder, everyKindSource(), options);
    const files = splits["train"]!.shards.map(({ file }) => `${folder}/${file}`);
    assert.ok(files.length > 1);
    const [program, ...args] = command;
    const { success, stdout, stderr } = await new Deno.Command(program!, { args: [...args, ...files] })
      .output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const compression of ["none", "zstd"] as const) {
  Deno.test({
    name: `pyarrow reads the shards, images as tensors, compression "${compression}"`,
    ignore: python === undefined,
    fn: async () => {
      const { types, rows } = await readBy([python!, "tests/readers/pyarrow_rows.py"], compression);
      assert.equal(
        types["image"],
        "extension<arrow.fixed_shape_tensor[value_type=uint8, shape=[2,3,1], dim_names=[H,W,C]]>",
      );
      const flat = rows.map((row) => ({
        ...row as object,
        image: ((row as { image: unknown }).image as unknown[]).flat(Infinity),
      }));
      assert.deepEqual(flat, expected);
    },
  });
}

Deno.test({
  name: "DuckDB reads the shards, images as arrays, and counts in them",
  ignore: !hasDuckdb,
  fn: async () => {
    const { types, rows, counts } = await readBy(duckdb, "none"); // its WebAssembly build has no Zstandard for Arrow
    assert.deepEqual(types, {
      image: "UTINYINT[6]",
      label: "INTEGER",
      wave: "FLOAT[]",
      png: "BLOB",
      wav: "BLOB",
      text: "VARCHAR",
      tokens: "INTEGER[]",
      number: "DOUBLE",
    });
    assert.deepEqual(rows, expected);
    const sum = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
    assert.deepEqual(counts, {
      count: 23,
      odd: sum(expected.map(({ label }) => label)),
      pixels: sum(expected.flatMap(({ image }) => image)),
    });
  },
});
