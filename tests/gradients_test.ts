import { ConvDecoder, CrossDecoder, MaeDecoder, type Module, VisibleTransformer } from "@lacuna/encoders";
import {
  byolLoss,
  classLoss,
  codeXent,
  contextLoss,
  infoNce,
  maskedL1,
  maskedMse,
  patchContrast,
  prototypeXent,
  varianceHinge,
  weightedMse,
} from "@lacuna/objectives";
import { methodNames } from "@lacuna/pipelines";
import { stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { draw } from "./_draw.ts";
import { methodStep } from "./_method_step.ts";
import { slopeError } from "./_slope_error.ts";

await useDevice("wasm"); // whose fused operations have gradients written by hand
const init = stream({ seed: 0, name: "init" });
const decoderSizes = {
  encoderDim: 8,
  gridHeight: 2,
  gridWidth: 2,
  dim: 12,
  depth: 2,
  numHeads: 3,
  mlpRatio: 2,
  outDim: 5,
};
const tokens = draw("tokens", 2, 3, 8) as Tensor3D;
const restore: Tensor2D = tf.tensor2d([[2, 0, 3, 1], [0, 1, 2, 3]], [2, 4], "int32");
const context = draw("context", 2, 3, 8) as Tensor3D;
const noise = stream({ seed: 0, name: "noise" });
const modules: Record<string, () => [Module, () => Tensor]> = {
  MaeDecoder: () => {
    const decoder = new MaeDecoder(decoderSizes, init);
    return [decoder, () => decoder.forward(tokens, restore).pred];
  },
  CrossDecoder: () => {
    const decoder = new CrossDecoder({ ...decoderSizes, dim: 20 }, init); // three heads of six
    return [decoder, () => decoder.forward(tokens, context, restore).pred];
  },
  ConvDecoder: () => {
    const decoder = new ConvDecoder({ ...decoderSizes, kernelSize: 3, groups: 2 }, init);
    return [decoder, () => decoder.forward(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), restore, noise)];
  },
  VisibleTransformer: () => {
    const keep = tf.tensor2d([[0, 3], [1, 2]], [2, 2], "int32");
    const sizes = { imageHeight: 8, imageWidth: 8, channels: 2, patchSize: 4, dim: 8, depth: 2, numHeads: 2 };
    const encoder = new VisibleTransformer({ ...sizes, mlpRatio: 2 }, init);
    return [encoder, () => encoder.forward(draw("images", 2, 8, 8, 2) as Tensor4D, keep).tokens];
  },
};
for (const [name, build] of Object.entries(modules)) {
  Deno.test(`${name}: every parameter has the slope of finite differences`, () => {
    const [{ parameters }, say] = build();
    for (const [key, parameter] of Object.entries(parameters)) { // away from the zeros and ones of its start
      if (parameter.trainable) {
        parameter.assign(tf.add(parameter, tf.mul(draw(key, ...parameter.shape), 0.2)));
      }
    }
    const weights = draw("weights", ...say().shape);
    const ofWeights = weights.dataSync<"float32">();
    const lossOf = () => say().dataSync<"float32">().reduce((sum, x, i) => sum + x * ofWeights[i]!, 0); // in float64
    const { grads } = valueAndGrads(
      () => tf.tidy(() => tf.sum(tf.mul(say(), weights)) as Scalar),
      parameters,
    );
    for (const key of Object.keys(grads)) {
      if (/attn\.k\.bias$/.test(key)) continue; // it adds the same to all scores of a softmax: no slope but rounding
      const error = slopeError(lossOf, parameters, grads, [key]);
      assert.ok(error < 5e-3, `${key}: ${error}`); // 2e-3 at most was found, of float32 and of the step
    }
  });
}

const [pred, target] = [draw("pred", 2, 3, 4) as Tensor3D, draw("target", 2, 3, 4) as Tensor3D];
const mask = tf.tensor2d([[1, 0, 1], [0, 1, 1]]);
const rows = (x: Tensor3D): Tensor2D => tf.reshape(x, [6, 4]);
const objectives: Record<string, (x: Tensor3D) => Scalar> = {
  maskedMse: (x) => maskedMse(x, target, mask).loss,
  maskedL1: (x) => maskedL1(x, tf.add(pred, tf.sign(target)), mask, 2).loss, // 1 away from its kink
  weightedMse: (x) =>
    weightedMse(x, target, mask, tf.mul(mask, tf.tensor2d([[1.2, 0, 1.4], [0, 2, 1.7]]))).loss,
  codeXent: (x) => codeXent(rows(x), tf.tensor1d([0, 3, 1, 1, 2, 0], "int32")).loss,
  patchContrast: (x) => {
    const masked: Tensor2D = tf.tensor2d([[2, 0, 1], [1, 2, 0]], [2, 3], "int32");
    return patchContrast(x, target, masked, 0.5).loss;
  },
  "contextLoss with β = 2": (x) => contextLoss(rows(x), rows(target), { beta: 2, channels: "sum" }).loss,
  "contextLoss with β = 0": (x) =>
    contextLoss(rows(x), rows(target), { beta: 0, channels: "sum/rootD" }).loss,
  classLoss: (x) => classLoss(rows(x), target).loss, // three masks of two images
  prototypeXent: (x) => {
    const temperatures = { studentTemperature: 0.5, teacherTemperature: 0.2 };
    return prototypeXent(x, target, tf.tensor1d([0.1, 0, -0.2, 0.3]), mask, temperatures).loss;
  },
  infoNce: (x) => infoNce(rows(x), tf.slice(rows(target), [0, 0], [2, 4]), 0.5).loss,
  byolLoss: (x) => byolLoss(rows(x), tf.slice(rows(target), [0, 0], [2, 4])).loss,
  varianceHinge: (x) => varianceHinge(rows(x), 3),
};
for (const [name, lossOf] of Object.entries(objectives)) {
  Deno.test(`${name}: its predictions have the slope of finite differences`, () => {
    const parameters = { pred: tf.variable(pred) };
    const value = () => tf.tidy(() => lossOf(parameters.pred));
    const { grads } = valueAndGrads(value, parameters);
    const error = slopeError(() => value().dataSync()[0]!, parameters, grads, ["pred"], { numDirections: 5 });
    assert.ok(error < 1e-3, `${error}`); // 8e-5 at most was found
  });
}

for (const name of methodNames) {
  Deno.test(`${name}: a step's gradient has the slope of finite differences, in the mask token and in all`, () => {
    const { pipeline, step } = methodStep(name);
    const { grads } = step();
    const names = Object.keys(grads);
    const tokens = names.filter((key) => key.endsWith("mask_token"));
    const hasKinks = ["simmim", "conmim", "byol"].includes(name); // of L1 and of ReLU, which a step may cross
    const [reach, tolerance] = hasKinks ? [0.003, 0.05] : [0.03, 1e-3]; // 0.026 and 3e-4 at most were found
    for (const some of [tokens, names]) {
      if (some.length === 0) continue;
      const error = slopeError(() => step().loss.dataSync()[0]!, pipeline.parameters, grads, some, {
        numDirections: 2,
        reach,
      });
      assert.ok(error < tolerance, `${some.length} parameters: ${error}`);
    }
  });
}
