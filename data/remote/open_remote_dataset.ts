/**
 * A data set that stays where it is.
 * @module
 */
import { sha256 } from "../_sha256.ts";
import { ShardError } from "../shard_error.ts";
import type { ByteSource } from "../shards/byte_source.ts";
import { type Dataset, openDataset, type OpenOptions } from "../shards/open_dataset.ts";
import type { Manifest } from "../shards/manifest.ts";
import { readManifest } from "../shards/read_manifest.ts";
import type { ByteCache } from "./byte_cache.ts";
import { cachedBytes } from "./cached_bytes.ts";
import { httpBytes, type HttpOptions, type UrlMaker } from "./http_bytes.ts";
import { RequestLimit } from "./request_limit.ts";

/** How a data set is read over HTTP. */
export type RemoteDatasetOptions = Omit<HttpOptions, "name"> & Omit<OpenOptions, "open"> & {
  /**
   * URL of a shard by its name, called for each request, so that one presigned for a short time can be made anew. By default it stands beside
   * the manifest, with the same query.
   */
  readonly urlOf?: (file: string) => string | URL | Promise<string | URL>;
  /** Where blocks are kept; by default they are fetched each time. */
  readonly cache?: ByteCache;
};

const checksBeforeGivenUp = 2;

/**
 * Opens a data set of shards behind URLs. Its manifest is fetched now, each block by one range request when it is asked for, at most 8
 * of them at once. A block whose SHA-256 is not the manifest's is fetched a second time before it counts as damaged,
 * and only whole ones are cached: under the shard's SHA-256, so that another version of the data set takes none of them.
 * @param manifestUrl Of `manifest.json`. The process must be allowed to reach its host: `--allow-net=host`.
 * @param options URLs, cache, attempts.
 * @throws {RemoteError} If the manifest cannot be fetched.
 * @throws {ShardError} If it is missing, malformed, or contradicts itself.
 *
 * @example
 * ```ts ignore
 * import { ByteCache, openRemoteDataset } from "@lacuna/data/remote";
 *
 * const cache = new ByteCache({ folder: ".lacuna/cache", maxBytes: 10e9 });
 * const dataset = await openRemoteDataset("https://data.example.org/speech/manifest.json", { cache });
 * const rows = await dataset.split("train").readBlock(0);
 * ```
 */
export async function openRemoteDataset(
  manifestUrl: string | URL,
  options: RemoteDatasetOptions = {},
): Promise<Dataset> {
  const { urlOf, cache, verify, maxOpenShards, ...http } = options;
  const shared = { ...http, limit: http.limit ?? new RequestLimit(8) };
  const source = httpBytes(manifestUrl, shared);
  let whole: Promise<Uint8Array<ArrayBuffer>> | undefined;
  const manifestBytes: ByteSource = { // fetched once, and read whole each time
    name: source.name,
    size: source.size,
    read: (offset, length) => whole ??= source.read(offset, length),
  };
  const shards = shardsOf(await readManifest(manifestBytes));
  const open = (file: string): ByteSource => {
    const shard = shards.get(file);
    if (!shard) return manifestBytes;
    const url: UrlMaker = urlOf ? () => urlOf(file) : besideOf(manifestUrl, file);
    const name = source.name.replace(/[^/]*$/, file);
    const fetched = httpBytes(url, { ...shared, name });
    const checked = verify === "never" ? fetched : checkedBytes(fetched, shard.blocks);
    return cache ? cachedBytes(checked, cache, shard.sha256) : checked;
  };
  return await openDataset(source.name, {
    open,
    ...(verify === undefined ? {} : { verify }),
    ...(maxOpenShards === undefined ? {} : { maxOpenShards }),
  });
}

/** What the manifest says of a shard: its hash, and that of each block by where it lies. */
type ShardHashes = { readonly sha256: string; readonly blocks: ReadonlyMap<string, string> };

function shardsOf({ splits }: Manifest): Map<string, ShardHashes> {
  const entries = Object.values(splits).flatMap(({ shards }) => shards);
  return new Map(entries.map((shard) => [shard.file, {
    sha256: shard.sha256,
    blocks: new Map(shard.blocks.map(([offset, bytes, hash]) => [`${offset} ${bytes}`, hash])),
  }]));
}

function besideOf(manifestUrl: string | URL, file: string): URL {
  const url = new URL(file, manifestUrl);
  url.search = new URL(manifestUrl).search;
  return url;
}

/** Bytes that are fetched again if they are a block and not what its hash says, and refused if they still are not. */
function checkedBytes(bytes: ByteSource, hashes: ReadonlyMap<string, string>): ByteSource {
  return {
    ...bytes,
    read: async (offset, length, into) => {
      const expected = hashes.get(`${offset} ${length}`);
      for (let attempt = 1;; attempt++) {
        const found = await bytes.read(offset, length, into);
        if (expected === undefined) return found;
        const hash = sha256(found);
        if (hash === expected) return found;
        if (attempt < checksBeforeGivenUp) continue;
        const place = `bytes ${offset}…${offset + length - 1}`;
        throw new ShardError(bytes.name, "sha256", `${place} have ${hash}, its manifest says ${expected}`);
      }
    },
  };
}
