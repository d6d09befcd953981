import assert from "node:assert/strict";
import { BlockCache } from "./_block_cache.ts";
import { madeUpSplit } from "./_made_up_split.ts";
import type { SplitReader } from "./split_reader.ts";

const blocks = (...numbers: number[]) => numbers.map((block) => ({ set: 0, block }));

/** A split of blocks of 80 bytes, of 10 numbers each, and which of them were read. */
function numbersOnly(): { split: SplitReader; read: number[] } {
  const made = madeUpSplit(1000);
  const read: number[] = [];
  const readBlock = async (block: number) => {
    read.push(block);
    const { first, numRows, columns } = await made.readBlock(block);
    return { first, numRows, columns: { number: columns["number"]! } };
  };
  return { split: { ...made, readBlock }, read };
}

Deno.test("BlockCache reads a block once while there is room, and forgets the one not used for longest", async () => {
  const { split, read } = numbersOnly();
  const cache = new BlockCache([split], 240, false); // three blocks
  for (const wanted of [[0, 1, 2], [0, 1, 2], [0, 3], [1, 2]]) {
    (await cache.acquire(blocks(...wanted))).release();
  }
  assert.deepEqual(read, [0, 1, 2, 3, 1, 2].slice(0, read.length));
  assert.deepEqual(read.slice(0, 4), [0, 1, 2, 3]); // 3 took the place of 1, as 0 had just been used
  assert.ok(read.slice(4).includes(1));
});

Deno.test("BlockCache gives users who want the same block the same", async () => {
  const { split, read } = numbersOnly();
  const cache = new BlockCache([split], 2 ** 20, true);
  const leases = await Promise.all([cache.acquire(blocks(5)), cache.acquire(blocks(5, 6))]);
  assert.equal(leases[0].blocks[0], leases[1].blocks[0]);
  assert.deepEqual(read, [5, 6]);
  assert.ok(leases[0].blocks[0]!.rows.columns["number"]!.values.buffer instanceof SharedArrayBuffer);
});

Deno.test("BlockCache lets users wait while others have all its memory, but never one alone", async () => {
  const { split, read } = numbersOnly();
  const cache = new BlockCache([split], 160, false);
  const first = await cache.acquire(blocks(0, 1, 2, 3)); // twice the memory, but nobody else is there
  let isServed = false;
  const second = cache.acquire(blocks(4)).then((lease) => {
    isServed = true;
    return lease;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(isServed, false);
  assert.deepEqual(read, [0, 1, 2, 3]);
  first.release();
  (await second).release();
  assert.deepEqual(read, [0, 1, 2, 3, 4]);
});

Deno.test("BlockCache uses memory again, and never that of a block in use", async () => {
  for (const isShared of [false, true]) {
    const targets = new Set<ArrayBufferLike>();
    const split: SplitReader = {
      ...madeUpSplit(1000),
      maxBlockBytes: 80,
      readBlock: (block, into) => {
        targets.add(into!.buffer);
        const values = new Float64Array(into!.buffer, 0, 10).fill(block);
        const column = { name: "number", kind: "number" } as const;
        return Promise.resolve({ first: 10 * block, numRows: 10, columns: { number: { column, values } } });
      },
    };
    const cache = new BlockCache([split], 3 * 4096, isShared);
    const kept = await cache.acquire(blocks(99));
    for (let block = 0; block < 50; block++) {
      const lease = await cache.acquire(blocks(block));
      assert.deepEqual([...lease.blocks[0]!.rows.columns["number"]!.values], Array(10).fill(block));
      lease.release();
    }
    assert.deepEqual([...kept.blocks[0]!.rows.columns["number"]!.values], Array(10).fill(99));
    assert.ok(targets.size <= 5, `${targets.size}`); // three held, one being read, one forgotten
  }
});

Deno.test("BlockCache tells of a block that cannot be read, and tries again when asked again", async () => {
  const { split } = numbersOnly();
  let numFailures = 1;
  const readBlock = (block: number) =>
    numFailures-- > 0 ? Promise.reject(new Error("torn")) : split.readBlock(block);
  const cache = new BlockCache([{ ...split, readBlock }], 1000, false);
  await assert.rejects(cache.acquire(blocks(0, 1)), { message: "torn" });
  const lease = await cache.acquire(blocks(0, 1));
  assert.equal(lease.blocks.length, 2);
});

Deno.test("BlockCache reads a few blocks at a time, and none any more once it is closed", async () => {
  const { split } = numbersOnly();
  const gate = Promise.withResolvers<void>();
  const begun: number[] = [];
  const readBlock = async (block: number) => {
    begun.push(block);
    await gate.promise;
    return await split.readBlock(block);
  };
  const cache = new BlockCache([{ ...split, readBlock }], 2 ** 20, false);
  const all = cache.acquire(blocks(...Array(100).keys()));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(begun, [...Array(16).keys()]);
  cache.close();
  gate.resolve();
  await assert.rejects(all, { message: /The loader was closed/ });
  assert.equal(begun.length, 16);
});
