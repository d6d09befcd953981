import { sinCosPositions } from "@lacuna/encoders";
import { normals, stream } from "@lacuna/random";
import { type ParameterMap, useDevice } from "@lacuna/tensor";
import type { Scalar } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { bootmaeMethod } from "./bootmae.ts";
import { maeMethod } from "./mae.ts";

await useDevice("wasm");
const { tiny, paper } = bootmaeMethod.presets;
const image = { height: 28, width: 28, channels: 1 };

Deno.test("BootMAE's teacher follows at the paper's momentum, epoch by epoch of 800", () => {
  const { teacher, schedule: { momentum: first } } = paper!;
  const config = { ...tiny!, teacher, schedule: { ...tiny!.schedule, momentum: first } };
  const { momentum } = bootmaeMethod.pipeline(config, image);
  const golden = [[0, 0.999], [50, 0.99945], [100, 0.9999], [250, 0.999945], [400, 0.99999], [800, 0.99999]];
  assert.equal(paper!.schedule.epochs, 800);
  for (const [epoch, expected] of golden) { // straight from 0.999 to 0.9999 and on to 0.99999, as the official code has it
    assert.ok(Math.abs(momentum(epoch! / 800) - expected!) < 1e-12, `${epoch}: ${momentum(epoch! / 800)}`);
  }
});

Deno.test("BootMAE tells the row of a patch first, in its encoders and decoders, where MAE tells the column", () => {
  const { parameters, teacher } = bootmaeMethod.pipeline(tiny!, image);
  const maps: ParameterMap = { ...parameters, "teacher.pos_embed": teacher.pos_embed! };
  const names = Object.keys(maps).filter((name) => name.endsWith("pos_embed"));
  assert.equal(names.length, 4);
  for (const name of names) {
    const { shape: [, , dim] } = maps[name]!;
    const expected = Float32Array.of(...new Float32Array(dim!), ...sinCosPositions(4, 4, dim!, "row"));
    assert.deepEqual(maps[name]!.dataSync(), expected, name);
  }
  const mae = maeMethod.pipeline(maeMethod.presets.tiny!, image).parameters.pos_embed!;
  assert.deepEqual(mae.dataSync(), Float32Array.of(...new Float32Array(16), ...sinCosPositions(4, 4, 16)));
});

Deno.test("BootMAE's teacher gains weight over the first quarter of the run", () => {
  const batch = {
    images: normals(2 * 784, stream({ seed: 0, name: "images" })),
    samples: Int32Array.of(0, 1),
    epoch: 0,
  };
  const pipeline = bootmaeMethod.pipeline(tiny!, image);
  for (const [progress, weight] of [[0, 0], [0.0625, 0.25], [0.125, 0.5], [0.25, 1], [0.75, 1]] as const) {
    const { loss, metrics } = pipeline.step(batch, { step: 0, progress });
    const [pixelLoss, featureLoss] = [metrics.pixelLoss, metrics.featureLoss]
      .map((value) => (value as Scalar).dataSync()[0]!);
    const expected = pixelLoss! + weight * featureLoss!;
    assert.ok(featureLoss! > 0.1);
    assert.ok(Math.abs(loss.dataSync()[0]! - expected) < 1e-6 * expected, `${progress}`); // float32
  }
});
