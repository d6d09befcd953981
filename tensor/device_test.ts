import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { deviceNames, useDevice } from "./device.ts";

Deno.test("useDevice() suggests the nearest name, before anything is loaded", async () => {
  await assert.rejects(useDevice("natve"), {
    name: "DeviceError",
    message: /"natve": did you mean "native"\?/,
  });
  await assert.rejects(useDevice("quantum computer"), {
    name: "DeviceError",
    message: new RegExp(deviceNames.join(", ")),
  });
});

Deno.test("useDevice() says what it chose and why not the ones before", async () => {
  const choice = await useDevice();
  assert.equal(tf.getBackend(), choice.name);
  assert.ok(choice.detail.length > 0);
  const automatic = ["native", "wasm", "cpu"];
  assert.deepEqual(
    choice.rejected.map(({ name }) => name),
    automatic.slice(0, automatic.indexOf(choice.name)),
  );
});
