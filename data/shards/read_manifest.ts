/**
 * The manifest of a data set, read and checked.
 * @module
 */
import * as v from "valibot";
import { ShardError } from "../shard_error.ts";
import { parseSealedJson } from "./_sealed_json.ts";
import type { ByteSource } from "./byte_source.ts";
import type { Column } from "./column.ts";
import type { Manifest, PixelStatistics, ShardEntry, SplitManifest } from "./manifest.ts";

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const number = v.pipe(v.number(), v.finite());
const share = v.pipe(number, v.minValue(0), v.maxValue(1));
const FORMAT = 2;
const MAX_BYTES = 2 ** 29; // of some million blocks; no string could be longer
const MAX_BLOCK_BYTES = 2 ** 32; // memory is asked for by what the manifest says
const HASH = /^[0-9a-f]{64}$/;
const hash = v.pipe(v.string(), v.regex(HASH, "it must be 64 hexadecimal digits"));
const name = v.pipe(v.string(), v.nonEmpty(), v.notValue("__proto__")); // no key of an object, as rows are
const plainFile = v.pipe(
  v.string(),
  v.regex(/^[\w-][\w.-]*\.arrow$/, "it must be a plain name in the data set's folder"),
);
const splitName = v.pipe(v.string(), v.regex(/^[\w-]+$/, "a split's name has letters, digits, _ and - only"));

const column = v.variant("kind", [
  v.strictObject({ name, kind: v.literal("image"), shape: v.strictTuple([size, size, size]) }),
  v.strictObject({ name, kind: v.literal("label"), classNames: v.array(v.string()) }),
  v.strictObject({ name, kind: v.literal("waveform"), sampleRate: v.pipe(number, v.gtValue(0)) }),
  v.strictObject({ name, kind: v.picklist(["encodedImage", "encodedAudio", "text", "tokens", "number"]) }),
]);
const statistics = v.union([
  v.strictObject({ mean: v.array(share), std: v.array(share) }),
  v.strictObject({ classCounts: v.array(count) }),
  v.strictObject({ minLength: count, maxLength: count, meanLength: number }),
  v.strictObject({ mean: number, std: number, min: number, max: number }),
]);
const split = v.strictObject({
  rows: size,
  contentHash: hash,
  statistics: v.record(v.string(), statistics),
  shards: v.array(
    v.strictObject({ file: plainFile, rows: size, bytes: size, sha256: hash, blocks: v.array(v.unknown()) }),
  ), // the blocks, of which there are many, are checked by a loop
});
const manifest = v.strictObject({
  format: v.literal(FORMAT),
  name: v.string(),
  source: v.string(),
  licence: v.string(),
  columns: v.pipe(v.array(column), v.minLength(1)),
  rowsPerBlock: size,
  compression: v.picklist(["none", "zstd"]),
  dropped: v.record(v.string(), count),
  splits: v.record(splitName, split),
});

/** What only the statistics of a kind of column have. */
const MEASURES = {
  image: "std",
  label: "classCounts",
  number: "max",
  waveform: "maxLength",
  encodedImage: "maxLength",
  encodedAudio: "maxLength",
  text: "maxLength",
  tokens: "maxLength",
} as const satisfies Record<Column["kind"], string>;

/**
 * Reads a manifest and checks that it is what was written and does not contradict itself; no shard is looked at.
 * @param source Of its bytes.
 * @throws {ShardError} If there is none ("exists"), or it is over 512 MiB, not of this form, or contradicts itself ("manifest").
 */
export async function readManifest(source: ByteSource): Promise<Manifest> {
  const refuse = (found: string): never => {
    throw new ShardError(source.name, "manifest", found);
  };
  const numBytes = await source.size();
  if (numBytes > MAX_BYTES) refuse(`it has ${numBytes} bytes, at most ${MAX_BYTES} are read`);
  const bytes = await source.read(0, numBytes);
  const found = parseJson(bytes, refuse);
  const written = (found as { readonly format?: unknown } | null)?.format;
  if (Number.isSafeInteger(written) && written !== FORMAT) {
    const version = written as number < FORMAT ? "an older" : "a newer";
    return refuse(
      `format: ${version} version of this library wrote format ${written}, this one reads ${FORMAT}`,
    );
  }
  const result = v.safeParse(manifest, found);
  if (!result.success) {
    const issue = result.issues[0];
    return refuse(`${v.getDotPath(issue) ?? "the whole"}: ${issue.message}`);
  }
  const contradiction = contradictionIn(result.output as unknown as Manifest);
  return contradiction === undefined ? result.output as unknown as Manifest : refuse(contradiction);
}

function parseJson(bytes: Uint8Array, refuse: (found: string) => never): unknown {
  try {
    return parseSealedJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), "accept");
  } catch (error) {
    return refuse((error as Error).message);
  }
}

/** Where a manifest of the right form contradicts itself. */
function contradictionIn({ columns, rowsPerBlock, splits }: Manifest): string | undefined {
  const twice = repeated(columns.map(({ name }) => name));
  if (twice !== undefined) return `columns: two of them are called "${twice}"`;
  const file = repeated(Object.values(splits).flatMap(({ shards }) => shards.map(({ file }) => file)));
  if (file !== undefined) return `splits: two shards are called "${file}"`;
  for (const [name, split] of Object.entries(splits)) {
    const found = contradictionInSplit(split, rowsPerBlock) ?? contradictionInStatistics(split, columns);
    if (found !== undefined) return `splits.${name}${found}`;
  }
  return undefined;
}

function contradictionInSplit({ rows, shards }: SplitManifest, rowsPerBlock: number): string | undefined {
  const sum = shards.reduce((sum, shard) => sum + shard.rows, 0);
  if (sum !== rows) return `.rows: it says ${rows}, but its shards have ${sum}`;
  for (const [i, shard] of shards.entries()) {
    if (i < shards.length - 1 && shard.rows % rowsPerBlock !== 0) {
      return `.shards.${i}.rows: only the last shard may end within a block of ${rowsPerBlock} rows, not after ${shard.rows}`;
    }
    const found = contradictionInBlocks(shard, rowsPerBlock);
    if (found !== undefined) return `.shards.${i}.blocks${found}`;
  }
  return undefined;
}

function contradictionInStatistics(
  { statistics }: SplitManifest,
  columns: readonly Column[],
): string | undefined {
  const measured = Object.keys(statistics);
  if (measured.length !== columns.length || !columns.every(({ name }) => measured.includes(name))) {
    const names = columns.map(({ name }) => name);
    return `.statistics: they are of ${measured.join(", ")}, but the columns are ${names.join(", ")}`;
  }
  for (const column of columns) {
    const found = statistics[column.name]!;
    if (!(MEASURES[column.kind] in found)) {
      return `.statistics.${column.name}: they are not those of kind "${column.kind}"`;
    }
    if (column.kind === "image") {
      const { mean, std } = found as PixelStatistics;
      const wrong = [mean, std].find(({ length }) => length !== column.shape[2]);
      if (wrong === undefined) continue;
      return `.statistics.${column.name}: they have ${wrong.length} channels, not ${column.shape[2]}`;
    }
  }
  return undefined;
}

function contradictionInBlocks(
  { rows, bytes, blocks }: ShardEntry,
  rowsPerBlock: number,
): string | undefined {
  const expected = Math.ceil(rows / rowsPerBlock);
  if (blocks.length !== expected) {
    return `: there are ${blocks.length}, but ${rows} rows by ${rowsPerBlock} are ${expected}`;
  }
  let end = 8; // behind the magic bytes
  for (const [i, block] of (blocks as readonly unknown[]).entries()) {
    if (!isBlock(block)) return `.${i}: it is not [offset, bytes, SHA-256]`;
    const [offset, length] = block;
    if (length > MAX_BLOCK_BYTES) return `.${i}: it has ${length} bytes, more than 2³²`;
    if (offset < end) return `.${i}: it begins at ${offset}, before what comes before it ends at ${end}`;
    end = offset + length;
    if (end > bytes) return `.${i}: it ends at ${end}, but the file has ${bytes} bytes`;
  }
  return undefined;
}

function isBlock(block: unknown): block is readonly [number, number, string] {
  if (!Array.isArray(block) || block.length !== 3) return false;
  const [offset, length, sha256] = block;
  return Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length > 0 &&
    typeof sha256 === "string" && HASH.test(sha256);
}

function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
