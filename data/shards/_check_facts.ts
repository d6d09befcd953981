import { isDeepStrictEqual } from "node:util";
import { ShardError } from "../shard_error.ts";
import { arrowSchema } from "./_arrow_schema.ts";
import { describeSchema, fileFacts } from "./_file_facts.ts";
import type { ByteSource } from "./byte_source.ts";
import type { Manifest, ShardEntry } from "./manifest.ts";

/**
 * Checks that what a shard says about itself is what the manifest says.
 * @throws {ShardError} If not.
 */
export async function checkFacts(source: ByteSource, shard: ShardEntry, manifest: Manifest): Promise<void> {
  const refuse = (found: string): never => {
    throw new ShardError(source.name, "schema", found);
  };
  const { head, foot, blocks } = await fileFacts(source, shard.bytes).catch((error: Error) =>
    refuse(`it is no Arrow file (${error.message})`)
  );
  const expected = describeSchema(arrowSchema(manifest));
  for (const found of [head, foot].map(describeSchema)) {
    if (found !== expected) refuse(`it is of ${found}, not of ${expected}`);
  }
  if (!isDeepStrictEqual(blocks, shard.blocks.map(([offset, bytes]) => [offset, bytes]))) {
    refuse("its own list of record batches is not the manifest's");
  }
}
