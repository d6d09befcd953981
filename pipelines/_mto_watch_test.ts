import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import { overrideConfig } from "./config.ts";
import { MtoWatch } from "./_mto_watch.ts";
import { pretrain } from "./pretrain.ts";
import { simmimMethod } from "./simmim.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testImages } from "./_test_images.ts";

const line = { step: 30, epoch: 1, loss: 0.1, learningRate: 1e-3, imagesPerSecond: 100, dataShare: 0 };

Deno.test("MtoWatch tells once of each block whose attention has collapsed, and of each stage without slopes", () => {
  const watch = new MtoWatch();
  const fine = { "rowEntropy.0": 0.1, "heterogeneity.0": 1e-3, rank: 0, recalibration: 0, cosine: 0 };
  assert.deepEqual(watch.add({ ...line, ...fine }), []);
  const bad = { "rowEntropy.0": 0.5, "rowEntropy.1": 0.0512, "heterogeneity.2": 2e-5 };
  const [attention, stage, ...others] = watch.add({ ...line, ...bad });
  assert.match(
    attention!,
    /^At step 30 rowEntropy\.1 is 0\.051: the attention .* a lower mto\.recalibrationWeight$/,
  );
  assert.match(
    stage!,
    /^At step 30 heterogeneity\.2 is 0\.000020: .* next to no gradient\. .*mto\.affinity=lnScaled or cosine/,
  );
  assert.deepEqual(others, []);
  assert.deepEqual(watch.add({ ...line, ...bad }), []);
  assert.equal(watch.add({ ...line, ...bad, "features.rowEntropy.1": 0.01 }).length, 1); // BootMAE's other decoder
});

Deno.test("a run says that its attention has collapsed where the weight of row entropy is 10, and nothing where it is 0.001", async () => {
  const device = await useDevice("wasm");
  const images = { ...testImages(32), height: 28, width: 28 };
  const messagesAt = async (weight: number) => {
    using folder = new TemporaryFolder();
    const config = overrideConfig(simmimMethod.presets.tiny!, [
      "schedule.batchSize=8",
      "schedule.epochs=6",
      "optimizer.learningRate=0.3",
      "mto.recalibration=entropy",
      `mto.recalibrationWeight=${weight}`,
    ], simmimMethod.parse);
    const messages: string[] = [];
    await pretrain(simmimMethod, config, images, folder.path, {
      device,
      onMessage: (text) => messages.push(text),
    });
    return messages;
  };
  const messages = await messagesAt(10);
  assert.ok(messages.some((text) => /^At step \d+ rowEntropy\.1 is 0\.0/.test(text)), `${messages}`);
  assert.deepEqual(await messagesAt(0.001), []);
});
