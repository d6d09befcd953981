/**
 * Arrow files to typed arrays, with every byte checked.
 * @module
 */
import { type Table, tableFromIPC } from "apache-arrow";
import { sha256 } from "./_sha256.ts";
import { describeSchema, shardSchema } from "./_shard_schema.ts";
import { checkShards } from "./check_shards.ts";
import type { ImageSet } from "./image_set.ts";
import type { Manifest, ShardEntry } from "./read_manifest.ts";
import { ShardError } from "./shard_error.ts";

/**
 * Reads one split of a data set that `writeShards()` wrote, in the order in which it was written.
 * @param folder Of the data set.
 * @param split Which one.
 * @throws {ShardError} If the manifest or a shard is missing, truncated, altered, of another schema or row count,
 * or has a label without a class; it names the file and the check.
 */
export async function readShards(folder: string, split: "train" | "test"): Promise<ImageSet> {
  const manifest = await checkShards(folder);
  const { name, height, width, channels, classNames, mean, std } = manifest;
  const { rows, contentHash, shards } = manifest.splits[split];
  const images = new Uint8Array(rows * height * width * channels);
  const labels = new Int32Array(rows);
  let row = 0;
  for (const shard of shards) {
    const file = `${folder}/${shard.file}`;
    const table = decodeShard(file, await Deno.readFile(file), shard, manifest);
    for (const batch of table.batches) {
      const [image, label] = batch.data.children; // the column's one buffer: no call per row
      images.set(
        image!.values.subarray(0, batch.numRows * height * width * channels),
        row * height * width * channels,
      );
      labels.set(label!.values.subarray(0, batch.numRows), row);
      row += batch.numRows;
    }
    const wrong = labels.subarray(row - shard.rows, row).find((label) => label >= classNames.length);
    if (wrong !== undefined) {
      throw new ShardError(
        file,
        "labels",
        `it has label ${wrong}, but there are ${classNames.length} classes`,
      );
    }
  }
  const numClasses = classNames.length;
  return {
    name,
    height,
    width,
    channels,
    numClasses,
    classNames,
    size: rows,
    images,
    labels,
    mean,
    std,
    contentHash,
  };
}

/** The table in the bytes of a file, once they have passed every check. */
function decodeShard(file: string, bytes: Uint8Array, shard: ShardEntry, manifest: Manifest): Table {
  const hash = sha256(bytes);
  if (hash !== shard.sha256) {
    throw new ShardError(file, "sha256", `it has ${hash}, its manifest says ${shard.sha256}`);
  }
  const table = tryDecode(file, bytes);
  const found = describeSchema(table.schema);
  const expected = describeSchema(shardSchema(manifest));
  if (found !== expected) throw new ShardError(file, "schema", `it is of ${found}, not of ${expected}`);
  if (table.numRows !== shard.rows) {
    throw new ShardError(file, "rows", `it has ${table.numRows} rows, its manifest says ${shard.rows}`);
  }
  return table;
}

function tryDecode(file: string, bytes: Uint8Array): Table {
  try {
    return tableFromIPC(bytes);
  } catch (error) {
    throw new ShardError(file, "schema", `it is no Arrow file (${(error as Error).message})`);
  }
}
