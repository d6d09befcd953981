import assert from "node:assert/strict";
import fc from "fast-check";
import { ShardError } from "../shard_error.ts";
import { madeUpSplit } from "./_made_up_split.ts";
import { RefusalError, testPreparation } from "./_test_preparation.ts";
import { blockOrder } from "./block_order.ts";
import { type BatchRange, createLoader, type LoaderOptions } from "./loader.ts";
import { columnsPreparation } from "./preparations/columns.ts";
import { viewsPreparation } from "./preparations/views.ts";
import { SampleError } from "./sample_error.ts";
import { WorkerError } from "./worker_error.ts";

const everything = columnsPreparation({
  image: {},
  pixels: { column: "image", dtype: "float32", mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] },
  label: {},
  tokens: { length: 5, crop: "random", pad: -1 },
});

type Options = Partial<LoaderOptions>;

/** The bytes of each batch's arrays, and which samples it has. */
async function bytesOf(options: Options, range: BatchRange = {}): Promise<string[]> {
  await using loader = await createLoader({
    data: madeUpSplit(203),
    preparation: everything,
    batchSize: 8,
    seed: 1,
    shuffle: { windowBlocks: 4 },
    ...options,
  });
  const batches: string[] = [];
  for await (using batch of loader.batches(range)) {
    const arrays = Object.entries(batch.arrays).map(([name, { values, shape }]) =>
      `${name}[${shape}]: ${values}`
    );
    batches.push([batch.epoch, batch.index, batch.samples.row, ...arrays].join("\n"));
  }
  return batches;
}

/** The rows' numbers, batch by batch. */
async function numbersOf(options: Options, range: BatchRange = {}): Promise<number[][]> {
  await using loader = await createLoader({
    data: madeUpSplit(60),
    preparation: testPreparation(),
    batchSize: 6,
    shuffle: false,
    ...options,
  });
  const batches: number[][] = [];
  for await (using batch of loader.batches(range)) batches.push([...batch.arrays.number!.values]);
  return batches;
}

Deno.test("createLoader() gives rows in the order of blockOrder()", async () => {
  const rows = new Float64Array(60);
  blockOrder({ numRows: 60, rowsPerBlock: 10, windowBlocks: 2, seed: 5, epoch: 3 }).fill(0, rows);
  const batches = await numbersOf({ seed: 5, shuffle: { windowBlocks: 2 }, batchSize: 7 }, { epoch: 3 });
  assert.deepEqual(batches.flat(), [...rows]);
  assert.deepEqual(batches.map((batch) => batch.length), [7, 7, 7, 7, 7, 7, 7, 7, 4]);
});

Deno.test("createLoader() gives the same bytes with 0, 1 and 4 workers, and with any number of batches ahead", async () => {
  const here = await bytesOf({ workers: 0, prefetch: 1 }, { epoch: 2, numEpochs: 2 });
  assert.equal(here.length, 2 * 26);
  for (const workers of [0, 1, 4]) {
    assert.deepEqual(await bytesOf({ workers }, { epoch: 2, numEpochs: 2 }), here);
  }
});

Deno.test("createLoader() gives ranks parts that join to the batches of one", async () => {
  const whole = await numbersOf({ batchSize: 8, shuffle: { windowBlocks: 2 } });
  for (const [numRanks, workers] of [[1, 1], [2, 0], [2, 1], [4, 0], [4, 4]] as const) {
    const ranks = await Promise.all(
      Array.from(
        { length: numRanks },
        (_, rank) =>
          numbersOf({ batchSize: 8 / numRanks, shuffle: { windowBlocks: 2 }, numRanks, rank, workers }),
      ),
    );
    assert.deepEqual(whole.map((_, index) => ranks.flatMap((batches) => batches[index]!)), whole);
  }
});

Deno.test("createLoader() begins at any batch of any epoch", async () => {
  const whole = await bytesOf({}, { epoch: 1 });
  await fc.assert(
    fc.asyncProperty(fc.nat(26), async (from) => {
      assert.deepEqual(await bytesOf({}, { epoch: 1, from }), whole.slice(from));
    }),
    { numRuns: 10 },
  );
});

Deno.test("createLoader() reads each block of a window once", async () => {
  for (const workers of [0, 2]) {
    await using loader = await createLoader({
      data: madeUpSplit(1000),
      preparation: everything,
      batchSize: 16,
      shuffle: { windowBlocks: 4 },
      memoryBytes: 9 * 4096, // two windows: a block of ten rows has less than a page, and takes one where it is shared
      workers,
    });
    for await (using _ of loader.batches());
    const { blocksRead, batches, samples, badSamples, waitShare } = loader.metrics();
    assert.equal(batches, 63); // ⌈1000 / 16⌉
    assert.equal(samples, 1000);
    assert.equal(badSamples, 0);
    assert.ok(blocksRead >= 100 && blocksRead <= 110, `${blocksRead}`);
    assert.ok(waitShare >= 0 && waitShare <= 1);
  }
});

Deno.test("createLoader() takes the same memory however many rows have passed, of 10⁸", async () => {
  for (const workers of [0, 2]) {
    await using loader = await createLoader({
      data: madeUpSplit(1e8, 500),
      preparation: everything,
      batchSize: 500,
      shuffle: { windowBlocks: 4 },
      memoryBytes: 2 ** 20,
      workers,
    });
    const bytes: number[] = [];
    for await (using batch of loader.batches({ from: loader.numBatches - 400 })) {
      if (batch.index % 100 === 99) bytes.push(Deno.memoryUsage().rss);
    }
    assert.equal(bytes.length, 4);
    assert.ok(bytes[3]! - bytes[1]! < 2 ** 25, `${bytes}`); // 200 batches, of 44 MB that were read, have not left 32 MiB
  }
});

Deno.test("createLoader() mixes sets, each repeated in a new order", async () => {
  const small = madeUpSplit(6, 3, "small"), large = madeUpSplit(30, 10, "large");
  const data = {
    sets: [{ split: small, weight: 1 }, { split: large, weight: 3 }],
    roundLength: 8,
    samplesPerEpoch: 40,
  };
  for (const workers of [0, 2]) {
    await using loader = await createLoader({ data, preparation: testPreparation(), batchSize: 8, workers });
    const rows = { 0: [] as number[], 1: [] as number[] };
    for await (using batch of loader.batches({ numEpochs: 3 })) {
      const sets = [...batch.samples.set];
      assert.equal(sets.filter((set) => set === 0).length, 2); // 8 · 1/4, in every round
      sets.forEach((set, i) => rows[set as 0 | 1].push(batch.arrays.number!.values[i]!));
    }
    const count = (numbers: number[], n: number) => numbers.filter((number) => number === n).length;
    for (let row = 0; row < 6; row++) assert.equal(count(rows[0], row), 5); // 120 · 1/4 / 6
    for (let row = 0; row < 30; row++) assert.equal(count(rows[1], row), 3); // 120 · 3/4 / 30
    assert.notDeepEqual(rows[1].slice(0, 30), rows[1].slice(30, 60));
  }
});

Deno.test("createLoader() stops at a bad sample, and says which", async () => {
  for (const workers of [0, 2]) {
    await assert.rejects(numbersOf({ preparation: testPreparation({ bad: [33] }), workers }), (error) => {
      assert.ok(error instanceof SampleError && error.cause instanceof RangeError);
      assert.equal(
        error.message,
        'Row 33 of split "made up" cannot be prepared (RangeError: row 33 is bad): ' +
          "drop it, or let it be passed over with onBadSample: { skip: true, limit }",
      );
      assert.equal(error.row, 33);
      return true;
    });
  }
});

Deno.test("createLoader() puts the next good sample in the place of a bad one, up to a limit", async () => {
  const preparation = testPreparation({ bad: [3, 4, 11, 59] });
  for (const workers of [0, 1, 4]) {
    const batches = await numbersOf({ preparation, workers, onBadSample: { skip: true, limit: 4 } });
    assert.deepEqual(batches[0], [0, 1, 2, 5, 5, 5]); // 3 and 4 give their places to 5
    assert.deepEqual(batches[1], [6, 7, 8, 9, 10, 12]); // 12 is in the next batch, and in the next block
    assert.deepEqual(batches[9], [54, 55, 56, 57, 58, 0]); // after the last comes the first
    await assert.rejects(
      numbersOf({ preparation, workers, onBadSample: { skip: true, limit: 3 } }),
      { name: "SampleError", message: /Row 59 .* with it 4 are bad, and onBadSample allows 3$/ },
    );
  }
});

Deno.test("createLoader() counts a bad sample once, and passes it over in the next epoch", async () => {
  for (const workers of [0, 2]) {
    await using loader = await createLoader({
      data: madeUpSplit(60),
      preparation: testPreparation({ bad: [7, 8] }),
      batchSize: 6,
      onBadSample: { skip: true, limit: 2 },
      workers,
    });
    for await (using _ of loader.batches({ numEpochs: 4 }));
    assert.equal(loader.metrics().badSamples, 2);
  }
});

Deno.test("createLoader() says that no sample is left if all are bad", async () => {
  const preparation = testPreparation({ bad: [0, 1, 2] });
  await assert.rejects(
    numbersOf({ data: madeUpSplit(3), preparation, onBadSample: { skip: true, limit: 10 } }),
    { name: "SampleError", message: /and no row that is left can$/ },
  );
});

Deno.test("createLoader() gives an error of a preparation as it was thrown, after the batches before it", async () => {
  for (const workers of [0, 1, 3]) {
    await using loader = await createLoader({
      data: madeUpSplit(60),
      preparation: testPreparation({ refused: [20] }),
      batchSize: 6,
      shuffle: false,
      workers,
    });
    let numGiven = 0;
    await assert.rejects(async () => {
      for await (using _ of loader.batches()) numGiven++;
    }, (error) => error instanceof RefusalError && error.message === "Row 20 is refused" && error.row === 20);
    assert.equal(numGiven, 3); // 0…17
  }
});

Deno.test("createLoader() gives a block's error as it was thrown, after the batches that do not need the block", async () => {
  const whole = madeUpSplit(60);
  const torn = new ShardError("train-00000.arrow", "sha256", "other bytes");
  const data = {
    ...whole,
    readBlock: (block: number) => block === 3 ? Promise.reject(torn) : whole.readBlock(block),
  };
  for (const workers of [0, 2]) {
    await using loader = await createLoader({
      data,
      preparation: testPreparation(),
      batchSize: 6,
      shuffle: false,
      workers,
    });
    let numGiven = 0;
    await assert.rejects(async () => {
      for await (using _ of loader.batches()) numGiven++;
    }, torn);
    assert.equal(numGiven, 5); // 0…29
  }
});

Deno.test("createLoader() gives several sequences at a time, each as if it were alone", async () => {
  for (const workers of [0, 2]) {
    await using loader = await createLoader({
      data: madeUpSplit(60),
      preparation: testPreparation(),
      batchSize: 6,
      shuffle: { windowBlocks: 2 },
      workers,
    });
    const sequences = [loader.batches({ epoch: 0 }), loader.batches({ epoch: 1, from: 3 })];
    const found: number[][] = [[], []];
    for (let n = 0; n < 10; n++) {
      for (const [i, sequence] of sequences.entries()) {
        const { value } = await sequence.next();
        if (value) found[i]!.push(...value.arrays["number"]!.values);
      }
    }
    const options = { shuffle: { windowBlocks: 2 } };
    assert.deepEqual(found[0], (await numbersOf(options, { epoch: 0 })).flat());
    assert.deepEqual(found[1], (await numbersOf(options, { epoch: 1, from: 3 })).flat());
  }
});

Deno.test("createLoader() gives several sequences in turn with hardly any memory", async () => {
  for (const workers of [0, 1]) {
    await using loader = await createLoader({
      data: madeUpSplit(60),
      preparation: testPreparation(),
      batchSize: 6,
      memoryBytes: 1,
      workers,
    });
    const sequences = [loader.batches({ epoch: 0 }), loader.batches({ epoch: 1 })];
    let count = 0;
    for (let n = 0; n < 10; n++) {
      for (const sequence of sequences) count += (await sequence.next()).value!.samples.count;
    }
    assert.equal(count, 120);
  }
});

Deno.test("createLoader() has ended all reads when it is closed", async () => {
  for (const workers of [0, 1]) {
    const made = madeUpSplit(2000);
    let numReading = 0;
    const readBlock = async (block: number) => {
      numReading++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      const rows = await made.readBlock(block);
      numReading--;
      return rows;
    };
    const loader = await createLoader({
      data: { ...made, readBlock },
      preparation: testPreparation(),
      batchSize: 6,
      workers,
    });
    await loader.batches().next();
    await loader.close();
    assert.equal(numReading, 0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(numReading, 0); // and begins none
  }
});

Deno.test("createLoader() gives a rank without samples an empty last batch, whatever prepares it", async () => {
  const plan = { size: [4, 4], mean: [0, 0, 0], std: [1, 1, 1], views: [[{ kind: "flip" }]] } as const;
  const preparations = [
    everything,
    viewsPreparation({ column: "image", plan, views: ["view"], kernels: "cpu" }),
  ];
  for (const preparation of preparations) {
    const counts: number[] = [];
    for (const rank of [0, 1, 2, 3]) {
      const options = { data: madeUpSplit(5), preparation, batchSize: 1, numRanks: 4, rank };
      await using loader = await createLoader(options);
      for await (using batch of loader.batches()) counts.push(batch.samples.count);
    }
    assert.deepEqual(counts.sort(), [0, 0, 0, 1, 1, 1, 1, 1]);
  }
});

Deno.test("createLoader() goes on, if slowly, with hardly any memory", async () => {
  const whole = await bytesOf({ shuffle: { windowBlocks: 8 } });
  for (const workers of [0, 4]) {
    assert.deepEqual(await bytesOf({ shuffle: { windowBlocks: 8 }, memoryBytes: 1, workers }), whole);
  }
});

Deno.test("createLoader() has no batches of an empty split, and shares one row among ranks", async () => {
  assert.deepEqual(await numbersOf({ data: madeUpSplit(0) }), []);
  const ranks = await Promise.all(
    [0, 1].map((rank) => numbersOf({ data: madeUpSplit(1), numRanks: 2, rank, workers: rank })),
  );
  assert.deepEqual(ranks.flat().flat(), [0]);
});

Deno.test("createLoader() tells of workers that hang, end or die", async () => {
  for (
    const [faults, message, workerTimeoutMs] of [
      [{ hanging: [20] }, /^Worker \d of the loader has not answered for 0.3 s, at batch 3 of epoch 0/, 300],
      [{ deadly: [20] }, /^Worker \d of the loader has not answered for 0.3 s, at batch 3 of epoch 0/, 300],
      [{ unheard: [20] }, /^Worker \d of the loader died \(.*nobody waits for this\)/, 60_000],
    ] as const
  ) {
    await assert.rejects(numbersOf({ workers: 2, workerTimeoutMs, preparation: testPreparation(faults) }), {
      name: "WorkerError",
      message,
    });
  }
});

Deno.test("createLoader() tells of a preparation that cannot start", async () => {
  for (const workers of [0, 2]) {
    const make = (preparation: LoaderOptions["preparation"]) => numbersOf({ preparation, workers });
    await assert.rejects(make(columnsPreparation({ lable: {} })), {
      name: "RangeError",
      message:
        'There is no column "lable": choose one of image, label, number, tokens (did you mean "label"?)',
    });
    const module = import.meta.resolve("./batch_span.ts");
    await assert.rejects(make({ module }), {
      name: "TypeError",
      message: /exports no function createPreparer/,
    });
    await assert.rejects(make({ module: import.meta.resolve("./not_there.ts") }), /not_there/);
  }
});

Deno.test("createLoader() gives memory that is released to later batches, and to no other before", async () => {
  for (const workers of [0, 2]) {
    await using loader = await createLoader({
      data: madeUpSplit(400),
      preparation: testPreparation(),
      batchSize: 4,
      shuffle: false,
      prefetch: 2,
      workers,
    });
    const kept = [], memories = new Set<ArrayBufferLike>();
    for await (const batch of loader.batches()) {
      if (batch.index < 10) kept.push(batch);
      else batch.release();
      if (batch.index >= 10) memories.add(batch.arrays.number!.values.buffer);
    }
    assert.deepEqual(kept.flatMap((batch) => [...batch.arrays.number!.values]), [...Array(40).keys()]);
    assert.ok(memories.size <= 4, `${memories.size}`); // two ahead, one given, one being filled
  }
});

Deno.test("createLoader() can be left in the middle, be closed, and then says so", async () => {
  for (const workers of [0, 2]) {
    const loader = await createLoader({
      data: madeUpSplit(60),
      preparation: testPreparation(),
      batchSize: 6,
      workers,
    });
    for await (const batch of loader.batches()) if (batch.index === 2) break;
    const first = loader.batches();
    assert.equal((await first.next()).value?.index, 0);
    await loader.close();
    await assert.rejects(first.next(), WorkerError);
    await assert.rejects(loader.batches().next(), { message: "The loader was closed: make another" });
  }
});

Deno.test("createLoader() hashes what decides the order, and nothing else", async () => {
  const hashOf = async (options: Options, epoch = 0) => {
    await using loader = await createLoader({
      data: madeUpSplit(60),
      preparation: testPreparation(),
      batchSize: 6,
      ...options,
    });
    return loader.orderHash(epoch);
  };
  const hash = await hashOf({});
  for (const same of [{ batchSize: 3 }, { numRanks: 2, rank: 1 }, { workers: 1 }]) {
    assert.equal(await hashOf(same), hash);
  }
  const others = [{ seed: 1 }, { shuffle: false }, { shuffle: { windowBlocks: 2 } }, {
    data: madeUpSplit(61),
  }] as const;
  for (const other of others) assert.notEqual(await hashOf(other), hash);
  assert.notEqual(await hashOf({}, 1), hash);
});

Deno.test("createLoader() refuses numbers out of range before it starts", async () => {
  await assert.rejects(numbersOf({ batchSize: 0 }), { message: /^Batch size is 0/ });
  await assert.rejects(numbersOf({ numRanks: 2, rank: 2 }), { message: "Rank is 2: give an integer in 0…1" });
  await assert.rejects(numbersOf({ workers: -1 }), RangeError);
  await assert.rejects(numbersOf({ prefetch: 0 }), RangeError);
  await assert.rejects(numbersOf({ shuffle: { windowBlocks: 0 } }), {
    message: /^Number of blocks in a window is 0/,
  });
  await assert.rejects(numbersOf({ seed: 1.5 }), { message: /^Seed is 1.5/ });
  await assert.rejects(numbersOf({ memoryBytes: NaN }), { message: /^Bytes of memory for blocks is NaN/ });
  await assert.rejects(numbersOf({ onBadSample: { skip: true, limit: NaN } }), {
    message: /^Limit of bad samples is NaN/,
  });
  for (const numEpochs of [NaN, -1, 0.5]) await assert.rejects(numbersOf({}, { numEpochs }), RangeError);
  await assert.rejects(numbersOf({}, { from: 11 }), {
    message: "First batch is 11: give an integer in 0…10",
  });
});
