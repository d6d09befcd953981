/**
 * Bytes that are fetched once.
 * @module
 */
import type { ByteSource } from "../shards/byte_source.ts";
import type { ByteCache } from "./byte_cache.ts";

/**
 * Bytes that are looked up in a cache on disk first, range by range, and kept there when they had to be fetched. Two reads of one range at
 * the same time fetch it once.
 * @param bytes Where they come from.
 * @param cache Where they are kept; several files may share it.
 * @param key What the ranges are kept under: it must tell one content from another, as a hash of the content does. By default the
 * name of `bytes` and their size, which does not tell a file from a later one of the same size.
 *
 * @example
 * ```ts
 * import { ByteCache, cachedBytes } from "@lacuna/data/remote";
 * import { fileBytes } from "@lacuna/data/shards";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/letters`, "abcdef");
 * const cache = new ByteCache({ folder: `${folder}/cache`, maxBytes: 1e6 });
 * const bytes = cachedBytes(fileBytes(`${folder}/letters`), cache);
 * for (let i = 0; i < 3; i++) assert.equal(new TextDecoder().decode(await bytes.read(2, 3)), "cde");
 * assert.equal(cache.statistics.hits, 2);
 * bytes.close?.();
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function cachedBytes(bytes: ByteSource, cache: ByteCache, key?: string): ByteSource {
  const underway = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  let size: Promise<number> | undefined;
  const sizeOf = () =>
    size ??= bytes.size().catch((error) => {
      size = undefined; // another time it may be known
      throw error;
    });
  const load = async (entry: string, offset: number, length: number, into?: Uint8Array<ArrayBuffer>) => {
    const out = into?.subarray(0, length) ?? new Uint8Array(length);
    if (await cache.get(entry, out)) return out;
    const fetched = await bytes.read(offset, length, out);
    await cache.put(entry, fetched);
    return fetched;
  };
  return {
    name: bytes.name,
    size: sizeOf,
    read: async (offset, length, into) => {
      const entry = `${key ?? `${bytes.name} ${await sizeOf()}`} ${offset} ${length}`;
      const other = underway.get(entry);
      if (other) {
        const out = into?.subarray(0, length) ?? new Uint8Array(length);
        out.set(await other);
        return out;
      }
      const loading = load(entry, offset, length, into);
      underway.set(entry, loading);
      return await loading.finally(() => underway.delete(entry));
    },
    close: () => bytes.close?.(),
  };
}
