import assert from "node:assert/strict";
import { Workplace } from "./_workplace.ts";

/** Expects an exit code of `deno task evaluate`, a message on standard error that says it all, and no stack. */
async function expectFault(place: Workplace, args: readonly string[], code: number, message: RegExp) {
  const result = await place.run("evaluate", args);
  assert.equal(result.code, code, `${args.join(" ")}: ${result.error}`);
  assert.match(result.error, message);
  assert.doesNotMatch(result.error, /\n {4}at /);
  assert.doesNotMatch(result.out, /Evaluating on/); // no device was started in vain
}

Deno.test("evaluate tells a wrong option, folder, data set, device or run before it starts, each with its exit code", async () => {
  using place = new Workplace();
  await place.writeData();
  const settings = ["schedule.epochs=1", "schedule.warmupEpochs=0.1"];
  const flags = [
    "--preset",
    "tiny",
    "--run",
    "runs/tiny",
    ...settings.flatMap((setting) => ["--set", setting]),
  ];
  const trained = await place.run("pretrain", flags);
  assert.equal(trained.code, 0, trained.error);

  const run = ["--run", "runs/tiny"];
  await expectFault(place, [], 2, /required option '--run <folder>' not specified/);
  await expectFault(
    place,
    [...run, "--devise", "cpu"],
    2,
    /unknown option '--devise'\n\(Did you mean --device\?\)/,
  );
  await expectFault(place, [...run, "--labels", "many"], 2, /Write a whole number from 1 on/);
  await expectFault(place, [...run, "--labels", "19"], 2, /19 labels cannot be drawn: .* kNN needs 20/);
  await expectFault(place, [...run, "--data", "/etc"], 2, /^Requires read access to .*\/etc/);
  await expectFault(
    place,
    [...run, "--data", ".lacuna/none"],
    3,
    /\.lacuna\/none\/manifest\.json fails the check "exists"/,
  );
  await expectFault(place, [...run, "--device", "wsam"], 4, /^Unknown device "wsam": did you mean "wasm"\?/);
  await expectFault(place, ["--run", "runs/none"], 7, /no run with a checkpoint in runs\/none/);

  const evaluated = await place.run("evaluate", run);
  assert.equal(evaluated.code, 0, evaluated.error);
  await expectFault(place, [...run, "--device", "wsam"], 4, /did you mean "wasm"\?/); // what is there is no excuse
  const again = await place.run("evaluate", [...run, "--redo"]);
  assert.equal(again.code, 0, again.error);
  assert.match(again.out, /^Evaluating on /m);
});

Deno.test("evaluate helps without permissions, and lists the devices", async () => {
  using place = new Workplace();
  const { code, out, error } = await place.run("evaluate", ["--help"], { env: { CLICOLOR_FORCE: "1" } });
  assert.deepEqual([code, error], [0, ""]);
  assert.match(out, /--device <name> .*auto, native, wasm, webgpu,\s+tensorflow,\s+cpu/s);
  assert.match(out, /--redo/);
});
