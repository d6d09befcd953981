import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { createLoader } from "../loader/loader.ts";
import { columnsPreparation } from "../loader/preparations/columns.ts";
import { ShardError } from "../shard_error.ts";
import { everyKindSource } from "../shards/_test_source.ts";
import { type Dataset, openDataset } from "../shards/open_dataset.ts";
import type { Rows } from "../shards/rows.ts";
import { writeShards } from "../shards/write_shards.ts";
import { cutAfter, rangeOf, type TestServer, withServer } from "./_test_server.ts";
import { ByteCache } from "./byte_cache.ts";
import { openRemoteDataset } from "./open_remote_dataset.ts";

const shape = { rowsPerBlock: 4, shardBytes: 4000 };
const quick = { backoffMs: 1, maxAttempts: 2 };

type Answer = (file: string, bytes: Uint8Array<ArrayBuffer>, request: Request) => Response | undefined;

/** Serves a data set of several shards; `answer` may answer in the place of a server that behaves. */
function withDataset(
  use: (server: TestServer, folder: string) => Promise<void>,
  answer: Answer = () => undefined,
): Promise<void> {
  return withTempFolder(async (folder) => {
    await writeShards(`${folder}/set`, everyKindSource(), shape);
    await withServer(async (request) => {
      const file = new URL(request.url).pathname.slice(1);
      const bytes = await Deno.readFile(`${folder}/set/${file}`).catch(() => undefined);
      if (!bytes) return new Response(null, { status: 404 });
      return answer(file, bytes, request) ?? rangeOf(bytes, request);
    }, (server) => use(server, folder));
  });
}

async function allBlocks(dataset: Dataset): Promise<Rows[]> {
  const split = dataset.split("train");
  return await Promise.all(Array.from({ length: split.numBlocks }, (_, i) => split.readBlock(i)));
}

Deno.test("openRemoteDataset() reads what openDataset() does, a block by a request", () =>
  withDataset(async ({ url, ranges }, folder) => {
    const local = await openDataset(`${folder}/set`);
    const remote = await openRemoteDataset(`${url}/manifest.json`);
    assert.deepEqual(remote.manifest, local.manifest);
    assert.equal(ranges.length, 2); // how long the manifest is, and the manifest
    assert.deepEqual(await allBlocks(remote), await allBlocks(local));
    assert.equal(ranges.length, 2 + local.split("train").numBlocks);
    local.close();
    remote.close();
  }));

Deno.test("openRemoteDataset() with a cache fetches each block once, also in another run, and mends a damaged cache", () =>
  withDataset(async ({ url, ranges }, folder) => {
    const open = (cache: ByteCache) => openRemoteDataset(`${url}/manifest.json`, { cache, verify: "always" });
    const cache = new ByteCache({ folder: `${folder}/cache`, maxBytes: 1e6 });
    const first = await open(cache);
    const blocks = await allBlocks(first);
    assert.deepEqual(await allBlocks(first), blocks);
    const numRequests = ranges.length;
    assert.deepEqual(
      await allBlocks(await open(new ByteCache({ folder: `${folder}/cache`, maxBytes: 1e6 }))),
      blocks,
    );
    assert.equal(ranges.length, numRequests + 2); // the manifest alone

    const [entry] = [...Deno.readDirSync(`${folder}/cache`)].map(({ name }) => `${folder}/cache/${name}`);
    const damaged = await Deno.readFile(entry!);
    damaged[damaged.length >> 1]! ^= 4;
    await Deno.writeFile(entry!, damaged);
    assert.deepEqual(await allBlocks(await open(cache)), blocks);
    assert.equal(cache.statistics.damaged, 1);
    assert.equal(ranges.length, numRequests + 2 + 2 + 1);
  }));

Deno.test("openRemoteDataset() takes no block of another version from the cache", () =>
  withDataset(async ({ url }, folder) => {
    const cache = new ByteCache({ folder: `${folder}/cache`, maxBytes: 1e6 });
    await allBlocks(await openRemoteDataset(`${url}/manifest.json`, { cache }));
    const source = everyKindSource();
    const { train } = source.splits;
    const others = { ...source, splits: { train: { items: () => train!.items(1) } } };
    await Deno.remove(`${folder}/set`, { recursive: true });
    await writeShards(`${folder}/set`, others, shape);
    const local = await openDataset(`${folder}/set`);
    const remote = await openRemoteDataset(`${url}/manifest.json`, { cache });
    assert.deepEqual(await allBlocks(remote), await allBlocks(local));
    local.close();
  }));

Deno.test("openRemoteDataset() fetches again what was altered on the way, and refuses and does not keep what always is", () => {
  let numAltered = 1;
  const answer: Answer = (file, bytes, request) => {
    if (file === "manifest.json" || numAltered-- <= 0) return undefined;
    const altered = bytes.map((byte) => byte ^ 1);
    return rangeOf(altered, request);
  };
  return withDataset(async ({ url, ranges }, folder) => {
    const cache = new ByteCache({ folder: `${folder}/cache`, maxBytes: 1e6 });
    const dataset = await openRemoteDataset(`${url}/manifest.json`, { ...quick, cache });
    const whole = await dataset.split("train").readBlock(0);
    assert.equal(ranges.length, 4);
    numAltered = 2;
    await assert.rejects(dataset.split("train").readBlock(1), (error) => {
      assert.ok(error instanceof ShardError && error.check === "sha256");
      return error.message.startsWith(`${url}/train-00001.arrow fails the check "sha256": bytes `);
    });
    assert.equal((await dataset.split("train").readBlock(1)).first, 4);
    assert.deepEqual(await dataset.split("train").readBlock(0), whole);
    assert.equal(ranges.length, 7);
  }, answer);
});

Deno.test("openRemoteDataset() asks for each shard's URL, or takes the manifest's query along", () => {
  const seen: string[] = [];
  const answer: Answer = (file, _, request) => {
    seen.push(new URL(request.url).search);
    return file.startsWith("test") ? new Response(null, { status: 403 }) : undefined;
  };
  return withDataset(async ({ url }) => {
    const beside = await openRemoteDataset(`${url}/manifest.json?token=SECRET`, quick);
    await beside.split("train").readBlock(0);
    assert.deepEqual(seen.splice(0), Array(3).fill("?token=SECRET"));
    const signed = await openRemoteDataset(`${url}/manifest.json`, {
      ...quick,
      urlOf: (file) => Promise.resolve(`${url}/${file}?signed=SECRET`),
    });
    await signed.split("train").readBlock(0);
    assert.deepEqual(seen.splice(0), ["", "", "?signed=SECRET"]);
    await assert.rejects(signed.split("test").readBlock(0), (error) => {
      assert.doesNotMatch(Deno.inspect(error), /SECRET/);
      return (error as Error).message.startsWith(`${url}/test-00000.arrow fails`);
    });
  }, answer);
});

Deno.test("openRemoteDataset() says what is missing or malformed", () =>
  withDataset(async ({ url }, folder) => {
    const fails = (file: string, check: string) =>
      assert.rejects(
        openRemoteDataset(`${url}/${file}`, quick),
        (e) => e instanceof ShardError && e.check === check,
      );
    await fails("none.json", "exists");
    await Deno.writeTextFile(`${folder}/set/manifest.json`, "{");
    await fails("manifest.json", "manifest");
  }));

Deno.test("openRemoteDataset() feeds the loader the same batches through a server that fails every other time, in every way", () => {
  let numRequests = 0;
  const answer: Answer = (_, bytes, request) => {
    const way = numRequests++ % 12;
    const whole = rangeOf(bytes, request);
    if (way === 1) return new Response(null, { status: 503 });
    if (way === 3) return cutAfter(5, whole);
    if (way === 5) return new Response(bytes);
    if (way === 7) {
      return new Response(whole.body, { status: 206, headers: { "content-range": "bytes 3-4/5000" } });
    }
    if (way === 9) return new Response(null, { status: 429, headers: { "retry-after": "0" } });
    return way === 11 ? rangeOf(bytes.map((byte) => byte ^ 64), request) : whole;
  };
  return withDataset(async ({ url }, folder) => {
    const batchesOf = async (dataset: Dataset) => {
      await using loader = await createLoader({
        data: dataset.split("train"),
        preparation: columnsPreparation({ image: {}, label: {}, number: {}, tokens: { length: 2 } }),
        batchSize: 5,
        memoryBytes: 5000, // less than all, so that blocks are read more than once
      });
      const batches: unknown[] = [];
      for await (using batch of loader.batches({ numEpochs: 3 })) {
        batches.push(Object.values(batch.arrays).map(({ values }) => [...values]));
      }
      return batches;
    };
    const local = await openDataset(`${folder}/set`);
    const cache = new ByteCache({ folder: `${folder}/cache`, maxBytes: 5000 }); // nor do all fit there
    const remote = await openRemoteDataset(`${url}/manifest.json`, { backoffMs: 1, cache });
    assert.deepEqual(await batchesOf(remote), await batchesOf(local));
    assert.ok(numRequests > 24, `${numRequests}`); // every way was met twice
    local.close();
  }, answer);
});
