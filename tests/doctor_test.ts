import { deviceNames } from "@lacuna/tensor";
import assert from "node:assert/strict";
import { hasNative, Workplace } from "./_workplace.ts";

Deno.test("doctor says of every device whether it works, and which one auto takes", async () => {
  using place = new Workplace();
  const { code, out, error } = await place.run("doctor", []);
  assert.equal(code, 0, error);
  for (const name of deviceNames) assert.match(out, new RegExp(`^(ok|no|--) +${name} +\\S`, "m"));
  for (const name of ["wasm", "cpu", ...hasNative ? ["native"] : []]) {
    assert.match(out, new RegExp(`^ok +${name} .*; 512³ product in [\\d.]+ ms$`, "m"));
  }
  assert.match(out, new RegExp(`^"--device auto" takes ${hasNative ? "native" : "wasm"}$`, "m"));
});

Deno.test("doctor ends with 4 on a device that does not work, and says what to do", async () => {
  using place = new Workplace({ native: false });
  const native = await place.run("doctor", ["--device", "native"]);
  assert.equal(native.code, 4, native.error);
  assert.match(native.out, /^no +native +the kernels are not built: run `deno task build`/m);
  assert.match(native.out, /^"--device auto" takes wasm$/m);

  // What is in Deno's cache must do, so nothing is downloaded: with or without the packages, the library is not there.
  const tensorflow = await place.run("doctor", ["--device", "tensorflow"], { flags: ["--cached-only"] });
  assert.equal(tensorflow.code, 4, tensorflow.error);
  const [line] = /^no +tensorflow +.*$/m.exec(tensorflow.out)!;
  assert.match(
    line,
    /did not load \(npm:@tensorflow\/tfjs-node-gpu@\S+: .+; npm:@tensorflow\/tfjs-node@\S+: .+\)/,
  );
  assert.match(line, /`deno install --allow-scripts=npm:@tensorflow\/tfjs-node-gpu`/);
});

Deno.test("doctor ends with 4 on an unknown device and 2 on an unknown option, naming the nearest, and helps without permissions", async () => {
  using place = new Workplace();
  const device = await place.run("doctor", ["--device", "natvie"]);
  assert.equal(device.code, 4, device.error);
  assert.match(device.error, /^Unknown device "natvie": did you mean "native"\?/);
  const option = await place.run("doctor", ["--devise", "native"]);
  assert.equal(option.code, 2, option.error);
  assert.match(option.error, /^error: unknown option '--devise'\n\(Did you mean --device\?\)$/m);
  for (const { error } of [device, option]) assert.doesNotMatch(error, /\n {4}at /);
  const help = await place.run("doctor", ["--help"]);
  assert.deepEqual([help.code, help.error], [0, ""]);
  assert.match(help.out, /--device <name> .*native, wasm/s);
});
