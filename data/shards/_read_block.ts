import { ShardError } from "../shard_error.ts";
import { BlockFault, decodeBlock } from "./_decode_block.ts";
import type { BlockChecks } from "./_block_check.ts";
import { checkValues } from "./_check_values.ts";
import type { ByteSource } from "./byte_source.ts";
import type { Manifest, ShardEntry } from "./manifest.ts";
import type { Rows } from "./rows.ts";

/** What the blocks of a data set have in common. */
export type BlockFacts = Pick<Manifest, "columns" | "rowsPerBlock" | "compression">;

/** Which block. */
export type BlockPlace = {
  readonly shard: ShardEntry;
  /** Index of the shard's first block in its split. */
  readonly firstBlock: number;
  /** Index of the block in its split. */
  readonly index: number;
};

/**
 * Reads one block with one ranged read, and checks it.
 * @param into Where the bytes may be put.
 * @throws {ShardError} If it is not as the manifest says.
 */
export async function readBlock(
  source: ByteSource,
  { shard, firstBlock, index }: BlockPlace,
  { columns, rowsPerBlock, compression }: BlockFacts,
  checks: BlockChecks,
  into?: Uint8Array<ArrayBuffer>,
): Promise<Rows> {
  const block = index - firstBlock;
  const [offset, length, sha256] = shard.blocks[block]!;
  const target = into === undefined || into.length < length ? undefined : into;
  const bytes = await source.read(offset, length, target);
  const trusted = checks.trusts(index);
  const problem = checks.problem(index, bytes, sha256);
  if (problem !== undefined) throw new ShardError(source.name, "sha256", problem, { block });
  const first = index * rowsPerBlock;
  const numRows = Math.min(rowsPerBlock, shard.rows - block * rowsPerBlock);
  try {
    const decoded = decodeBlock(bytes, numRows, columns, compression);
    if (!trusted) {
      checkValues(decoded);
      checks.trust(index, bytes);
    }
    return { first, numRows, columns: decoded };
  } catch (error) {
    if (!(error instanceof BlockFault)) throw error;
    const row = error.row === undefined ? {} : { row: first + error.row };
    throw new ShardError(source.name, error.check, error.message, { block, ...row });
  }
}
