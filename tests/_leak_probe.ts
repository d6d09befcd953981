/**
 * Trains on the device named by the first argument, in the run folder named by the second, on the shards in the third, and prints as
 * JSON what memory was in use after some steps: `{ "3": { "numTensors", "numBytes", "bytesHeld" }, … }`. Needs the V8 flag
 * `--expose-gc`.
 *
 * @module
 */
import {
  extrema,
  extremaMethod,
  methodBatches,
  openTrainingImages,
  overrideConfig,
  preset,
  train,
} from "@lacuna/pipelines";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";

const [device, run, data] = Deno.args as [string, string, string];
const settings = [
  "encoder.dim=32",
  "heads.hiddenDim=128",
  "schedule.batchSize=32",
  "schedule.epochs=61", // 305 steps of 160 / 32
  "schedule.warmupEpochs=1",
  "log.checkpointEvery=100",
];

const { gc } = globalThis as typeof globalThis & { gc: () => void };

await useDevice(device);
const config = overrideConfig(preset("tiny"), settings);
const memory: Record<number, { numTensors: number; numBytes: number; bytesHeld: number }> = {};
const images = await openTrainingImages(data, config.image.size);
await using batches = await methodBatches(extremaMethod, config, images);
await train(extrema(config, images), batches, config, run, {
  onCollapse: "warn",
  onStep: ({ step }) => {
    if (step % 10 === 0) gc(); // what nobody holds any more is no leak, and V8 is in no hurry
    if (![3, 50, 300].includes(step)) return;
    const { numTensors, numBytes } = tf.memory();
    const { rss, heapTotal, heapUsed } = Deno.memoryUsage();
    memory[step] = { numTensors, numBytes, bytesHeld: rss - heapTotal + heapUsed }; // room that V8 keeps for later is no leak
  },
});
console.log(JSON.stringify(memory));
