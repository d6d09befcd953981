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

Deno.test("every portable device has the gradient of tf.gather()", async () => {
  for (const device of ["cpu", "wasm"]) {
    await useDevice(device);
    const gathered = (x: tf.Tensor) => tf.sum(tf.gather(x, tf.tensor1d([0, 2, 2], "int32")));
    assert.deepEqual([...tf.grad(gathered)(tf.zeros([3, 2])).dataSync()], [1, 1, 0, 0, 2, 2], device);
  }
});
