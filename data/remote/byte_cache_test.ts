import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { StorageError } from "../storage_error.ts";
import { ByteCache } from "./byte_cache.ts";

const bytesOf = (key: string, length = 1000) =>
  Uint8Array.from({ length }, (_, i) => (key.charCodeAt(0) * 31 + i) % 256);

async function has(cache: ByteCache, key: string, length = 1000): Promise<boolean> {
  const out = new Uint8Array(length);
  const found = await cache.get(key, out);
  if (found) assert.deepEqual(out, bytesOf(key, length));
  return found;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name } of Deno.readDir(folder)) bytes += (await Deno.stat(`${folder}/${name}`)).size;
  return bytes;
}

/** Lets file times differ, which some systems count in hundredths of a second. */
const tick = () => new Promise((resolve) => setTimeout(resolve, 12));

Deno.test("ByteCache gives back what was put, also to another one on the same folder, and only under its key and length", () =>
  withTempFolder(async (folder) => {
    const cache = new ByteCache({ folder: `${folder}/a/b`, maxBytes: 1e6 });
    assert.equal(await has(cache, "x"), false);
    await cache.put("x", bytesOf("x"));
    await cache.put("e", new Uint8Array(0));
    for (const each of [cache, new ByteCache({ folder: `${folder}/a/b`, maxBytes: 1e6 })]) {
      assert.equal(await has(each, "x"), true);
      assert.equal(await has(each, "e", 0), true);
      assert.equal(await has(each, "y"), false);
    }
    assert.deepEqual(cache.statistics, { hits: 2, misses: 2, damaged: 0, evicted: 0, unwritable: 0 });
    assert.equal(await has(cache, "x", 999), false);
  }));

Deno.test("ByteCache stays within its limit by removing what was not used for longest", () =>
  withTempFolder(async (folder) => {
    const cache = new ByteCache({ folder, maxBytes: 5 * 1016 + 100 }); // 16 bytes of header each
    for (const key of "abcde") {
      await cache.put(key, bytesOf(key));
      await tick();
    }
    assert.equal(await has(cache, "a"), true); // used, and so newer than b
    await tick();
    await cache.put("f", bytesOf("f"));
    assert.ok(await sizeOf(folder) <= 5 * 1016 + 100);
    const kept = [];
    for (const key of "abcdef") if (await has(cache, key)) kept.push(key);
    assert.equal(kept.join(""), "adef"); // down to nine tenths of the limit
    assert.equal(cache.statistics.evicted, 2);
    await cache.put("g", bytesOf("g", 6000)); // longer than the limit: not kept, and nothing removed for it
    assert.equal(cache.statistics.evicted, 2);
  }));

Deno.test("ByteCache takes a damaged entry for none: flipped, cut, empty, or under another one's name", () =>
  withTempFolder(async (folder) => {
    const cache = new ByteCache({ folder, maxBytes: 1e6 });
    await cache.put("other", bytesOf("other"));
    const [other] = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
    const foreign = await Deno.readFile(other!);
    await Deno.remove(other!);
    const edits: ((whole: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>)[] = [
      (whole) => whole.map((byte, i) => i === 700 ? byte ^ 8 : byte),
      (whole) => whole.map((byte, i) => i === 0 ? byte ^ 1 : byte),
      (whole) => whole.map((byte, i) => i === 9 ? byte ^ 1 : byte),
      (whole) => whole.slice(0, 500),
      (whole) => whole.slice(0, 7),
      () => new Uint8Array(0),
      () => foreign,
    ];
    for (const [i, edit] of edits.entries()) {
      await cache.put("x", bytesOf("x"));
      const [entry] = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`);
      await Deno.writeFile(entry!, edit(await Deno.readFile(entry!)));
      assert.equal(await has(cache, "x"), false, `edit ${i}`);
      assert.deepEqual([...Deno.readDirSync(folder)], [], `edit ${i}`);
    }
    assert.equal(cache.statistics.damaged, edits.length);
  }));

Deno.test("ByteCache shares its folder: four at once put, get and evict, and no entry is ever wrong", () =>
  withTempFolder(async (folder) => {
    const keys = [..."abcdefghijkl"];
    const caches = Array.from({ length: 4 }, () => new ByteCache({ folder, maxBytes: 6 * 1016 }));
    await Promise.all(caches.map(async (cache, c) => {
      for (let i = 0; i < 60; i++) {
        const key = keys[(i * 7 + c * 5 + (i >> 2)) % keys.length]!;
        if (!await has(cache, key)) await cache.put(key, bytesOf(key)); // has() compares every byte
      }
    }));
    assert.ok(caches.every(({ statistics }) => statistics.damaged === 0 && statistics.unwritable === 0));
    assert.ok(await sizeOf(folder) <= (6 + 4) * 1016); // one more for each that was writing
  }));

Deno.test("ByteCache clears what a killed process has left, and leaves what is not its own", () =>
  withTempFolder(async (folder) => {
    const temporary = `${folder}/${crypto.randomUUID()}.tmp`;
    await Deno.writeTextFile(temporary, "half");
    await Deno.utime(temporary, new Date(0), new Date(0));
    await Deno.writeTextFile(`${folder}/${crypto.randomUUID()}.tmp`, "of a process that is writing");
    await Deno.writeTextFile(`${folder}/notes.txt`, "x".repeat(5000));
    const cache = new ByteCache({ folder, maxBytes: 2000 });
    for (const key of "abc") await cache.put(key, bytesOf(key));
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/^.*\./, "")).sort();
    assert.deepEqual(names, ["cached", "tmp", "txt"]);
  }));

Deno.test("ByteCache goes on without an entry that cannot be written, and says so; a folder that cannot be made is an error", () =>
  withTempFolder(async (folder) => {
    const cache = new ByteCache({ folder: `${folder}/cache`, maxBytes: 1e6 });
    await cache.put("a", bytesOf("a"));
    await Deno.remove(`${folder}/cache`, { recursive: true });
    await cache.put("b", bytesOf("b"));
    assert.equal(cache.statistics.unwritable, 1);
    await Deno.writeTextFile(`${folder}/file`, "");
    const blocked = new ByteCache({ folder: `${folder}/file/cache`, maxBytes: 1e6 });
    await assert.rejects(blocked.get("a", new Uint8Array(1)), StorageError);
    assert.throws(
      () => new ByteCache({ folder, maxBytes: 0 }),
      /maxBytes of the cache is 0: give a positive number/,
    );
  }));
