import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import type { ByteSource } from "../shards/byte_source.ts";
import { ByteCache } from "./byte_cache.ts";
import { cachedBytes } from "./cached_bytes.ts";

/** Bytes that count how often they are read. */
function counted(name: string, length: number): { bytes: ByteSource; reads: string[] } {
  const reads: string[] = [];
  const bytes: ByteSource = {
    name,
    size: () => Promise.resolve(length),
    read: (offset, length, into) => {
      reads.push(`${offset}+${length}`);
      const out = into ?? new Uint8Array(length);
      for (let i = 0; i < length; i++) out[i] = offset + i;
      return Promise.resolve(out);
    },
  };
  return { bytes, reads };
}

Deno.test("cachedBytes() fetches a range once, also if it is asked for twice at a time", () =>
  withTempFolder(async (folder) => {
    const cache = new ByteCache({ folder, maxBytes: 1e6 });
    const { bytes, reads } = counted("a", 100);
    const cached = cachedBytes(bytes, cache);
    const [first, second] = await Promise.all([cached.read(3, 4), cached.read(3, 4)]);
    assert.deepEqual(first, Uint8Array.of(3, 4, 5, 6));
    assert.deepEqual(second, first);
    assert.notEqual(second.buffer, first.buffer); // each its own to keep
    const into = new Uint8Array(16);
    assert.equal((await cached.read(3, 4, into)).buffer, into.buffer);
    assert.deepEqual(into.subarray(0, 4), first);
    await cached.read(3, 5);
    assert.deepEqual(reads, ["3+4", "3+5"]);
    assert.equal(await cached.size(), 100);
  }));

Deno.test("cachedBytes() keeps apart what has another key, or by default another name or size", () =>
  withTempFolder(async (folder) => {
    const cache = new ByteCache({ folder, maxBytes: 1e6 });
    const sources = [["a", 10], ["a", 11], ["b", 10]].map(([name, size]) =>
      counted(name as string, size as number)
    );
    for (const { bytes } of sources) await cachedBytes(bytes, cache).read(0, 4);
    for (const key of ["one", "two"]) await cachedBytes(sources[0]!.bytes, cache, key).read(0, 4);
    assert.deepEqual(sources.map(({ reads }) => reads.length), [3, 1, 1]);
    await cachedBytes(sources[1]!.bytes, cache, "one").read(0, 4); // the same content, wherever it is from
    assert.equal(sources[1]!.reads.length, 1);
  }));

Deno.test("cachedBytes() keeps nothing of a read that failed", () =>
  withTempFolder(async (folder) => {
    const cache = new ByteCache({ folder, maxBytes: 1e6 });
    const { bytes, reads } = counted("a", 10);
    let fails = true;
    const cached = cachedBytes({
      ...bytes,
      read: (...range) => fails ? Promise.reject(new Error("no")) : bytes.read(...range),
    }, cache);
    await assert.rejects(cached.read(0, 4), /no/);
    fails = false;
    assert.deepEqual(await cached.read(0, 4), Uint8Array.of(0, 1, 2, 3));
    assert.deepEqual(reads, ["0+4"]);
  }));
