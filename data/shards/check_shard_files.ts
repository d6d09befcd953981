/**
 * Whether a data set's files are there, without reading them.
 * @module
 */
import { isMissing } from "../_is_missing.ts";
import { ShardError } from "../shard_error.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Checks the names and sizes of a data set's files: what is missing or cut short is told before anything begins. `verifyDataset()` checks
 * every byte.
 * @param folder Of the data set.
 * @param manifest Of the data set.
 * @throws {ShardError} If a file is missing ("exists") or of another size ("size").
 */
export async function checkShardFiles(folder: string, { splits }: Manifest): Promise<void> {
  for (const shard of Object.values(splits).flatMap(({ shards }) => shards)) {
    const file = `${folder}/${shard.file}`;
    const { size } = await Deno.stat(file).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new ShardError(file, "exists", "there is no such file");
    });
    if (size !== shard.bytes) {
      throw new ShardError(file, "size", `it has ${size} bytes, its manifest says ${shard.bytes}`);
    }
  }
}
