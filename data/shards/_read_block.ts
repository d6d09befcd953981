import { createHash } from "node:crypto";
import { ShardError } from "../shard_error.ts";
import { BlockFault, decodeBlock } from "./_block.ts";
import type { ByteSource } from "./byte_source.ts";
import type { Manifest, ShardEntry } from "./manifest.ts";
import type { Rows } from "./rows.ts";

/** What the blocks of a data set have in common. */
export type BlockFacts = Pick<Manifest, "columns" | "rowsPerBlock" | "compression">;

/**
 * Reads one block of a shard with one ranged read, and checks it.
 * @param first Index of the block's first row in its split.
 * @throws {ShardError} If it is not as the manifest says.
 */
export async function readShardBlock(
  source: ByteSource,
  shard: ShardEntry,
  block: number,
  first: number,
  { columns, rowsPerBlock, compression }: BlockFacts,
): Promise<Rows> {
  const [offset, length, sha256] = shard.blocks[block]!;
  const bytes = await source.read(offset, length);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) {
    throw new ShardError(source.name, "sha256", `it has ${found}, its manifest says ${sha256}`, { block });
  }
  const numRows = Math.min(rowsPerBlock, shard.rows - block * rowsPerBlock);
  try {
    return { first, numRows, columns: decodeBlock(bytes, numRows, columns, compression) };
  } catch (error) {
    if (!(error instanceof BlockFault)) throw error;
    const row = error.row === undefined ? {} : { row: first + error.row };
    throw new ShardError(source.name, error.check, error.message, { block, ...row });
  }
}
