import { openDataset, rowAt, type Source, writeShards } from "@lacuna/data/shards";
import { Digest, noise } from "./_digest.ts";
import type { FuzzTarget, Reading } from "./_target.ts";

const NUM_ROWS = 60;

/** One row of every kind of column. */
const columns: Source["columns"] = [
  { name: "image", kind: "image", shape: [3, 4, 1] },
  { name: "file", kind: "encodedImage" },
  { name: "label", kind: "label", classNames: ["a", "b", "c"] },
  { name: "wave", kind: "waveform", sampleRate: 8000 },
  { name: "text", kind: "text" },
  { name: "tokens", kind: "tokens" },
  { name: "number", kind: "number" },
];

function source(numRows: number): Source {
  async function* items(from: number) {
    for (let i = from; i < numRows; i++) {
      const row = {
        image: noise(12, i),
        file: noise(i % 9, i),
        label: i % 3,
        wave: Float32Array.from(noise(i % 5, i), (byte) => byte / 256),
        text: "é".repeat(i % 4) + i,
        tokens: Int32Array.from(noise(i % 6, i)),
        number: Math.sqrt(i),
      };
      yield { row };
    }
  }
  return { name: "rows", source: "a test", licence: "MIT", columns, splits: { train: { items } } };
}

/** All rows of a data set, the columns' types and the classes' names. */
async function readAll(folder: string): Promise<Reading> {
  const dataset = await openDataset(folder);
  const digest = new Digest();
  digest.add(JSON.stringify(dataset.manifest.columns));
  try {
    for (const name of Object.keys(dataset.manifest.splits)) {
      const split = dataset.split(name);
      digest.add(name);
      for (let block = 0; block < split.numBlocks; block++) {
        const rows = await split.readBlock(block);
        for (let i = 0; i < rows.numRows; i++) digest.addRow(rowAt(rows, i));
      }
    }
  } finally {
    dataset.close();
  }
  return { digest: digest.hex(), numDropped: 0 };
}

/** A data set of which the files of these names are damaged. */
export function datasetTarget(name: string, damaged: RegExp, compression: "none" | "zstd"): FuzzTarget {
  return {
    name,
    isChecked: true,
    make: async (folder) => {
      await writeShards(folder, source(NUM_ROWS), { compression, rowsPerBlock: 8, shardBytes: 6000 });
      return Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => damaged.test(name))
        .sort();
    },
    read: readAll,
  };
}

/** An import that was cut short: its journal and the shard that was done are damaged, then it goes on. */
export const importTarget: FuzzTarget = {
  name: "import",
  isChecked: true,
  make: async (folder) => {
    await Deno.mkdir(`${folder}/cut`);
    const cut = new AbortController();
    const options = { rowsPerBlock: 8, shardBytes: 6000, signal: cut.signal };
    const onProgress = ({ rows }: { readonly rows: number }) => rows >= 40 && cut.abort();
    await writeShards(`${folder}/cut`, source(NUM_ROWS), { ...options, onProgress }).catch((error) => {
      if (!cut.signal.aborted) throw error;
    });
    return Array.from(Deno.readDirSync(`${folder}/cut`), ({ name }) => `cut/${name}`).sort();
  },
  read: async (folder) => {
    const copy = `${folder}/copy`;
    await Deno.remove(copy, { recursive: true }).catch(() => {});
    await Deno.mkdir(copy);
    for (const { name } of Deno.readDirSync(`${folder}/cut`)) {
      await Deno.copyFile(`${folder}/cut/${name}`, `${copy}/${name}`);
    }
    await writeShards(copy, source(NUM_ROWS), { rowsPerBlock: 8, shardBytes: 6000 });
    return await readAll(copy);
  },
};
