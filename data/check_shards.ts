/**
 * Whether a data set is there, without reading it.
 * @module
 */
import { isMissing } from "./_is_missing.ts";
import { type Manifest, readManifest } from "./read_manifest.ts";
import { ShardError } from "./shard_error.ts";

/**
 * Checks that a data set is all there, by the names and sizes of its files; `readShards()` also checks every byte.
 * @param folder Of the data set.
 * @returns Its manifest.
 * @throws {ShardError} If a file is missing ("exists"), or of another size ("size"), or the manifest is malformed.
 */
export async function checkShards(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  for (const shard of [...manifest.splits.train.shards, ...manifest.splits.test.shards]) {
    const file = `${folder}/${shard.file}`;
    const { size } = await Deno.stat(file).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new ShardError(file, "exists", "there is no such file");
    });
    if (size !== shard.bytes) {
      throw new ShardError(file, "size", `it has ${size} bytes, its manifest says ${shard.bytes}`);
    }
  }
  return manifest;
}
