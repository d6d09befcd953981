import { listCheckpoints, readCheckpoint } from "@lacuna/pipelines";
import assert from "node:assert/strict";
import { rangeOf, withServer } from "../data/remote/_test_server.ts";
import { Workplace } from "./_workplace.ts";

const tiny = ["--preset", "tiny", "--device", "cpu", "--set", "schedule.epochs=1"];
const network = { flags: ["--allow-net=127.0.0.1", "--allow-write=.lacuna/cache"] };

function lastCheckpoint(run: string): ReturnType<typeof readCheckpoint> {
  return readCheckpoint(listCheckpoints(`${run}/checkpoints`).at(-1)!);
}

Deno.test("pretrain and evaluate read a set behind a URL, learn the same as from the folder, and fetch it once", async () => {
  using place = new Workplace();
  await place.writeData();
  await withServer(async (request) => {
    const { pathname, search } = new URL(request.url);
    if (search !== "?key=secret") return new Response(null, { status: 403 });
    const bytes = await Deno.readFile(`${place.data}${pathname.replace(/^\/set/, "")}`).catch(() =>
      undefined
    );
    return bytes ? rangeOf(bytes, request) : new Response(null, { status: 404 });
  }, async ({ url, ranges }) => {
    const remote = ["--data", `${url}/set?key=secret`];
    const pretrain = (run: string, ...args: string[]) =>
      place.run("pretrain", [...tiny, "--run", `runs/${run}`, ...args], network);

    const [near, far] = [await pretrain("near"), await pretrain("far", ...remote)];
    assert.deepEqual([near.code, far.code], [0, 0], near.error + far.error);
    const [fromFolder, fromUrl] = ["near", "far"].map((run) => lastCheckpoint(`${place.path}/runs/${run}`));
    assert.deepEqual(fromUrl!.tensors, fromFolder!.tensors);
    assert.doesNotMatch(far.out + far.error, /secret/);

    const numFetched = ranges.length;
    const again = await pretrain("again", ...remote);
    assert.equal(again.code, 0, again.error);
    assert.equal(ranges.length - numFetched, 2); // how long the manifest is, and the manifest: the blocks are kept

    const evaluated = await place.run("evaluate", ["--run", "runs/far", ...remote], network);
    assert.equal(evaluated.code, 0, evaluated.error);
    assert.match(evaluated.out, /Report: runs\/far\/report\.html/);
  });
});

Deno.test("a set behind a URL without the permissions for it is told with the flags that grant them", async () => {
  using place = new Workplace();
  const url = "http://127.0.0.1:8009/set";
  const run = (task: string, flags: readonly string[], ...args: string[]) =>
    place.run(task, [...task === "pretrain" ? tiny : ["--run", "runs/x"], "--data", url, ...args], { flags });

  const cache = await run("pretrain", ["--allow-net=127.0.0.1"]);
  assert.equal(cache.code, 2, cache.error);
  assert.match(
    cache.error,
    /manifest\.json .*--allow-write=\.lacuna\/cache, or keep none with --cache-bytes 0$/m,
  );
  const net = await run("pretrain", [], "--cache-bytes", "0");
  assert.equal(net.code, 2, net.error);
  assert.match(net.error, /may not connect: allow it with --allow-net=127\.0\.0\.1:8009/);
  const bytes = await run("pretrain", [], "--cache-bytes", "much");
  assert.equal(bytes.code, 2, bytes.error);
  assert.match(bytes.error, /Write a number of bytes, such as 20G or 0/);
});
