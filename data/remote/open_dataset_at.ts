/**
 * A data set wherever it is.
 * @module
 */
import { checkShardFiles } from "../shards/check_shard_files.ts";
import { type Dataset, openDataset } from "../shards/open_dataset.ts";
import { ByteCache } from "./byte_cache.ts";
import { openRemoteDataset } from "./open_remote_dataset.ts";
import { RemoteError } from "./remote_error.ts";

/** What is kept of a data set behind a URL. */
export type OpenDatasetAtOptions = {
  /** Most bytes of blocks that are kept, 10 GB unless said; with 0, each is fetched anew whenever it is read. */
  readonly cacheBytes?: number;
  /** Where they are kept, also between runs; ".lacuna/cache" unless said. */
  readonly cacheFolder?: string;
};

/**
 * Opens a data set in a folder or behind a URL, and sees first what can be seen without reading it: whether the files in the folder are
 * there, and as long as they should be; whether the host and the cache may be used.
 * @param place The folder; or an http or https URL, of the folder or of its `manifest.json`, with a query if the server asks for one.
 * @param options What is kept of what was fetched.
 * @returns The data set, and where it is, as messages may tell it: a URL has no query there, as it may be a secret.
 * @throws {ShardError} If the manifest is missing, malformed, or contradicts itself, or a shard in a folder is missing or of another size.
 * @throws {RemoteError} If the manifest cannot be fetched; "permission" tells which flag of Deno allows it.
 */
export async function openDatasetAt(
  place: string,
  { cacheBytes = 10e9, cacheFolder = ".lacuna/cache" }: OpenDatasetAtOptions = {},
): Promise<{ readonly dataset: Dataset; readonly place: string }> {
  if (!/^https?:/i.test(place)) {
    const dataset = await openDataset(place);
    await checkShardFiles(place, dataset.manifest);
    return { dataset, place };
  }
  const url = manifestUrl(place);
  const shown = `${url.origin}${url.pathname}`;
  if (cacheBytes > 0) requireCacheFolder(shown, cacheFolder);
  const cache = cacheBytes > 0 ? { cache: new ByteCache({ folder: cacheFolder, maxBytes: cacheBytes }) } : {};
  return { dataset: await openRemoteDataset(url, cache), place: shown };
}

function manifestUrl(place: string): URL {
  const url = URL.parse(place);
  if (url === null) {
    throw new RemoteError(
      place.replace(/\?.*/s, ""),
      "connection",
      "it is no URL: write https://host/folder",
    );
  }
  if (!url.pathname.endsWith("/manifest.json")) {
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/manifest.json`;
  }
  return url;
}

/** Sees whether a cache may be kept, before an hour has been spent on fetching. */
function requireCacheFolder(url: string, path: string): void {
  const missing = (["read", "write"] as const)
    .filter((name) => Deno.permissions.querySync({ name, path }).state !== "granted")
    .map((name) => `--allow-${name}=${path}`);
  if (missing.length === 0) return;
  const found = `may not keep its blocks in ${path}: allow it with ${
    missing.join(" ")
  }, or keep none with --cache-bytes 0`;
  throw new RemoteError(url, "permission", found);
}
