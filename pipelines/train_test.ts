import assert from "node:assert/strict";
import { StorageError } from "@lacuna/data";
import { globalNorm, useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { listCheckpoints, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { ExtremaConfig } from "./config.ts";
import {
  BusyError,
  CheckpointError,
  CollapseError,
  ConfigError,
  InterruptedError,
  NonFiniteError,
} from "./errors.ts";
import { extrema } from "./extrema.ts";
import { extremaMethod } from "./extrema_method.ts";
import { methodBatches } from "./method_batches.ts";
import { type MetricsLine, readMetrics } from "./metrics_log.ts";
import type { StepResult } from "./pipeline.ts";
import { train, type TrainOptions, type TrainResult } from "./train.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testConfig } from "./_test_config.ts";
import { testImages } from "./_test_images.ts";

await useDevice("cpu");

const images = testImages(64);

/** Trains as a process would that was just started. */
async function start(config: ExtremaConfig, folder: string, options?: TrainOptions): Promise<TrainResult> {
  return await train(
    extrema(config, images),
    await methodBatches(extremaMethod, config, images),
    config,
    folder,
    options,
  );
}

/** The numbers of a run that do not depend on the clock. */
function numbersOf(folder: string): Omit<MetricsLine, "imagesPerSecond" | "dataShare">[] {
  return readMetrics(`${folder}/metrics.jsonl`).map(({ imagesPerSecond: _, dataShare: __, ...numbers }) =>
    numbers
  );
}

function mapped(
  grads: StepResult["grads"],
  change: (grad: tf.Tensor) => tf.Tensor,
): StepResult["grads"] {
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, change(grad)]));
}

Deno.test("train() ends with a checkpoint and one line a step", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig();
  const { firstStep, totalSteps, checkpoint } = await start(config, folder.path);
  assert.deepEqual([firstStep, totalSteps], [0, 16]); // 2 epochs of 64 / 8
  assert.equal(readCheckpoint(checkpoint).step, 16);
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(`${folder.path}/config.json`)), config);
  const lines = readMetrics(`${folder.path}/metrics.jsonl`);
  assert.deepEqual(lines.map(({ step }) => step), [...Array(16).keys()]);
  assert.equal(lines[0]!.learningRate, 0); // warm-up begins at 0
  assert.equal(lines[8]!.epoch, 1);
  assert.deepEqual(lines.map(({ spread }) => spread !== undefined), lines.map(({ step }) => step % 2 === 0)); // measureEvery 2
});

Deno.test("train() learns to predict the teacher, and leaves the positions alone", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=6", "optimizer.learningRate=0.3");
  const pipeline = extrema(config, images);
  const positions = [...pipeline.parameters.pos_embed!.dataSync()];
  await train(pipeline, await methodBatches(extremaMethod, config, images), config, folder.path);
  const losses = readMetrics(`${folder.path}/metrics.jsonl`).map(({ loss }) => loss);
  const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  assert.ok(mean(losses.slice(-8)) < 0.8 * mean(losses.slice(0, 8)), losses.join(" "));
  assert.deepEqual([...pipeline.parameters.pos_embed!.dataSync()], positions);
});

Deno.test("the teacher follows after the student has moved", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.25", "schedule.warmupEpochs=0", "log.checkpointEvery=1"); // 2 steps
  const pipeline = extrema(config, images);
  const { teacher: names, momentum } = pipeline;
  const before = Object.fromEntries(
    Object.entries(names).map(([name, value]) => [name, value.dataSync().slice()]),
  );
  await train(pipeline, await methodBatches(extremaMethod, config, images), config, folder.path);
  const { tensors } = readCheckpoint(listCheckpoints(`${folder.path}/checkpoints`)[0]!); // after one
  for (const name of Object.keys(names)) {
    const [student, teacher] = [tensors[`student.${name}`]!.data, tensors[`teacher.${name}`]!.data];
    for (const [i, value] of teacher.entries()) {
      const expected = momentum(0.5) * before[name]![i]! + (1 - momentum(0.5)) * student[i]!;
      assert.ok(Math.abs(value - expected) < 1e-6, name); // float32, numbers near 1
    }
  }
  assert.notDeepEqual(tensors["student.norm.weight"], tensors["teacher.norm.weight"]);
});

Deno.test("a batch that cannot be made ends the run at its own step", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5"); // 4 steps
  const pipeline = extrema(config, images);
  const source = await methodBatches(extremaMethod, config, images);
  const failing: typeof source = {
    ...source,
    async *batches(epoch, from) {
      let index = 0;
      for await (const batch of source.batches(epoch, from)) {
        if (index++ === 2) throw new Error("no such image");
        yield batch;
      }
    },
  };
  const steps: number[] = [];
  const onStep: TrainOptions["onStep"] = ({ step }) => steps.push(step);
  await assert.rejects(train(pipeline, failing, config, folder.path, { onStep }), /no such image/);
  assert.deepEqual(steps, [0, 1]);
});

Deno.test("two runs of one seed end with the same bytes, another seed does not", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=1.25"); // 10 steps
  const a = await start(config, `${folder.path}/a`);
  const b = await start(config, `${folder.path}/b`);
  const c = await start({ ...config, seed: 1 }, `${folder.path}/c`);
  assert.deepEqual(Deno.readFileSync(a.checkpoint), Deno.readFileSync(b.checkpoint));
  assert.deepEqual(numbersOf(`${folder.path}/a`), numbersOf(`${folder.path}/b`));
  assert.notDeepEqual(readCheckpoint(c.checkpoint).tensors, readCheckpoint(a.checkpoint).tensors);
});

Deno.test("a run that was interrupted, then killed, ends with the bytes of one that was not", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("log.checkpointEvery=4");
  const whole = await start(config, `${folder.path}/whole`);

  const broken = `${folder.path}/broken`;
  const abort = new AbortController();
  const interrupt = start(config, broken, {
    signal: abort.signal,
    onStep: ({ step }) => step === 2 && abort.abort(),
  });
  await assert.rejects(interrupt, (error: unknown) => {
    assert.ok(error instanceof InterruptedError);
    assert.match(
      error.message,
      /^Interrupted after 3 of 16 steps; the checkpoint is .*step-00000003\.safetensors/,
    );
    return true;
  });
  const kill = start(config, broken, {
    onStep: ({ step }) => {
      if (step === 10) throw new Error("killed"); // 3 steps after the checkpoint at 8
    },
  });
  await assert.rejects(kill, /killed/);
  assert.equal(readMetrics(`${broken}/metrics.jsonl`).length, 11);
  const resumed = await start(config, broken);

  assert.deepEqual([resumed.firstStep, resumed.totalSteps], [8, 16]);
  assert.deepEqual(Deno.readFileSync(resumed.checkpoint), Deno.readFileSync(whole.checkpoint));
  assert.deepEqual(numbersOf(broken), numbersOf(`${folder.path}/whole`));
});

Deno.test("a run that was killed on its way to a collapse stops at the same step", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig(
    "heads.usePredictor=false",
    "heads.norm=layer",
    "schedule.epochs=8",
    "schedule.momentum=0.9",
    "optimizer.learningRate=0.5",
    "log.checkpointEvery=1",
  );
  const stopsAt = async (run: string) => {
    await assert.rejects(start(config, run), CollapseError);
    return readMetrics(`${run}/metrics.jsonl`).at(-1)!.step;
  };
  const step = await stopsAt(`${folder.path}/whole`);
  const killed = `${folder.path}/killed`;
  const kill = start(config, killed, {
    onStep: (line) => {
      if (line.step === step - 2) throw new Error("killed"); // measured every second step: four of five seen
    },
  });
  await assert.rejects(kill, /killed/);
  assert.equal(await stopsAt(killed), step);
});

Deno.test("train() has its run folder for itself", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  const first = start(config, folder.path);
  await assert.rejects(start(config, folder.path), BusyError);
  assert.equal((await first).totalSteps, 4);
});

Deno.test("a run that is complete stays as it is", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  const { checkpoint } = await start(config, folder.path);
  const before = Deno.readFileSync(checkpoint);
  assert.deepEqual(await start(config, folder.path), { firstStep: 4, totalSteps: 4, checkpoint });
  assert.deepEqual(Deno.readFileSync(checkpoint), before);
});

Deno.test("train() goes back to the checkpoint before one that is damaged, and says so", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("log.checkpointEvery=4", "schedule.epochs=1");
  const { checkpoint } = await start(config, folder.path);
  const whole = Deno.readFileSync(checkpoint);
  Deno.truncateSync(checkpoint, 5000);
  const messages: string[] = [];
  const resumed = await start(config, folder.path, { onMessage: (text) => messages.push(text) });
  assert.equal(resumed.firstStep, 4);
  assert.match(messages[0]!, /step-00000008\.safetensors: .*; going back to .*step-00000004\.safetensors/);
  assert.deepEqual(Deno.readFileSync(checkpoint), whole);
  const [older] = listCheckpoints(`${folder.path}/checkpoints`);
  assert.match(older!, /step-00000004\.safetensors$/); // the damaged one does not count as one of the two kept

  for (const path of listCheckpoints(`${folder.path}/checkpoints`)) Deno.truncateSync(path, 3);
  await assert.rejects(start(config, folder.path), CheckpointError);
});

Deno.test("train() refuses to go on with another config or other images, naming what differs", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  await start(config, folder.path);
  await assert.rejects(
    start({ ...config, seed: 3, heads: { ...config.heads, norm: "layer" } }, folder.path),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(
        error.message,
        /seed is 0 there and 3 here, heads\.norm is batch there and layer here; choose/,
      );
      return true;
    },
  );
  const others = { ...images, split: { ...images.split, contentHash: "others" } };
  await assert.rejects(
    train(extrema(config, others), await methodBatches(extremaMethod, config, others), config, folder.path),
    /other images \(hash [0-9a-f]{12} there, others here\)/,
  );
});

Deno.test("live tensors and bytes are the same after step 3 and after step 30", async () => {
  using folder = new TemporaryFolder();
  const memory: { numTensors: number; numBytes: number }[] = [];
  await start(testConfig("schedule.epochs=4", "log.checkpointEvery=7"), folder.path, {
    onStep: () => {
      const { numTensors, numBytes } = tf.memory();
      memory.push({ numTensors, numBytes });
    },
  });
  assert.deepEqual(memory[30], memory[3]);
});

Deno.test("train() leaves no tensor behind but the pipeline's", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  const pipeline = extrema(config, images);
  const before = tf.memory().numTensors;
  await train(pipeline, await methodBatches(extremaMethod, config, images), config, folder.path);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("without the predictor it collapses, and the run says so after a checkpoint", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig(
    "heads.usePredictor=false",
    "heads.norm=layer",
    "schedule.epochs=8",
    "schedule.momentum=0.9",
    "optimizer.learningRate=0.5",
  );
  await assert.rejects(start(config, folder.path), (error: unknown) => {
    assert.ok(error instanceof CollapseError);
    assert.match(
      error.message,
      /The teacher has collapsed by step \d+: .*heads\.usePredictor=true.*the checkpoint is/,
    );
    return true;
  });
  assert.equal(listCheckpoints(`${folder.path}/checkpoints`).length, 1);

  const messages: string[] = [];
  await start(config, folder.path, { onCollapse: "warn", onMessage: (text) => messages.push(text) });
  assert.equal(messages.length, 1);
  assert.match(messages[0]!, /The teacher has collapsed/);
});

Deno.test("gradients longer than clipNorm are shortened to it, others are left alone, and the log has them as they were", async () => {
  using folder = new TemporaryFolder();
  const ofNorms = async (name: string, norms: readonly number[], ...settings: string[]) => {
    const config = testConfig("schedule.epochs=0.5", "schedule.warmupEpochs=0", ...settings);
    const pipeline = extrema(config, images);
    const scaled: typeof pipeline = {
      ...pipeline,
      step: (batch, context) => {
        const { grads, ...rest } = pipeline.step(batch, context);
        const share = norms[context.step]! / globalNorm(Object.values(grads)).dataSync()[0]!;
        return { ...rest, grads: tf.tidy(() => mapped(grads, (grad) => tf.mul(grad, share))) };
      },
    };
    const source = await methodBatches(extremaMethod, config, images);
    const { checkpoint } = await train(scaled, source, config, `${folder.path}/${name}`);
    return { logged: numbersOf(`${folder.path}/${name}`), tensors: readCheckpoint(checkpoint).tensors };
  };
  const clipped = await ofNorms("clipped", [0.5, 2, 0.5, 4], "optimizer.clipNorm=1");
  const short = await ofNorms("short", [0.5, 1, 0.5, 1]);
  clipped.logged.forEach(({ gradNorm }, i) => assert.ok(Math.abs(gradNorm! - [0.5, 2, 0.5, 4][i]!) < 1e-5)); // float32
  for (const [name, { data }] of Object.entries(clipped.tensors)) {
    const other = short.tensors[name]!.data;
    data.forEach((value, i) =>
      assert.ok(Math.abs(value - other[i]!) < 2e-4, `${name}: ${value}, ${other[i]}`)
    ); // of updates of 0.003; where a gradient is 0, its rounding is what Adam sees
  }
  const long = await ofNorms("long", [0.5, 2, 0.5, 4]);
  const most = Math.max(
    ...Object.entries(long.tensors).flatMap(([name, { data }]) =>
      [...data].map((value, i) => Math.abs(value - short.tensors[name]!.data[i]!))
    ),
  );
  assert.ok(most > 1e-3, `${most}`); // Adam sees the lengths of steps beside each other
});

Deno.test("outputs that are all the same stop a method with a teacher, not one without", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=4"); // 32 steps, measured every second
  const run = async (withTeacher: boolean) => {
    const pipeline = extrema(config, images);
    const constant: typeof pipeline = {
      ...pipeline,
      teacher: withTeacher ? pipeline.teacher : {},
      step: (batch, context) => {
        const { targets, ...rest } = pipeline.step(batch, context);
        targets.dispose();
        return { ...rest, targets: tf.ones([8, 8]) };
      },
    };
    const source = await methodBatches(extremaMethod, config, images);
    return await train(constant, source, config, `${folder.path}/${withTeacher}`);
  };
  await assert.rejects(run(true), CollapseError);
  assert.equal((await run(false)).totalSteps, 32);
});

Deno.test("low spreads, after step 5,000, and narrow attention are told once, not again by a run that is resumed, and it goes on", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig(`schedule.epochs=${5004 / 8}`, "log.checkpointEvery=1");
  const pipeline = extrema(config, images);
  const low: typeof pipeline = {
    ...pipeline,
    step: (batch, context) => {
      const result = pipeline.step(batch, context);
      return {
        ...result,
        metrics: { ...result.metrics, targetSpread: 0.05, predSpread: 0.5, "rowEntropy.0": 0.05 },
      };
    },
  };
  const source = await methodBatches(extremaMethod, config, images);
  const steps: number[] = [], messages: [number, string][] = [];
  const goOn = (last: number) =>
    train(low, source, config, folder.path, {
      onStep: ({ step }) => {
        steps.push(step);
        if (step === last) throw new Error("killed");
      },
      onMessage: (text) => messages.push([steps.at(-1)!, text]),
    });
  await assert.rejects(goOn(1), /killed/);
  const [first] = listCheckpoints(`${folder.path}/checkpoints`);
  writeCheckpoint(`${folder.path}/checkpoints`, { ...readCheckpoint(first!), step: 5000 }); // as if it had come so far
  await assert.rejects(goOn(5002), /killed/);
  await goOn(Infinity);
  assert.deepEqual(steps, [0, 1, 5000, 5001, 5002, 5002, 5003]);
  assert.deepEqual(messages.map(([step]) => step), [0, 5001]);
  assert.match(messages[0]![1], /rowEntropy\.0 is 0\.050/);
  assert.match(messages[1]![1], /targetSpread is 5\.0e-2/);
});

Deno.test("learning rate and momentum are the same for any number of masks", async () => {
  using folder = new TemporaryFolder();
  const scheduled = async (numMasks: number) => {
    const run = `${folder.path}/${numMasks}`;
    await start(testConfig(`masks.numMasks=${numMasks}`, "schedule.epochs=1"), run);
    return readMetrics(`${run}/metrics.jsonl`).map(({ learningRate, momentum }) => [learningRate, momentum]);
  };
  const one = await scheduled(1);
  assert.equal(one.length, 8);
  assert.equal(one[0]![0], 0);
  assert.ok(Math.abs(one[2]![0]! - 0.1 * 8 / 256) < 1e-12); // after a quarter of an epoch, at a batch of 8
  assert.equal(one.at(-1)![1], 1);
  assert.deepEqual(await scheduled(4), one);
});

Deno.test("a loss that is not finite ends the run with tensor, step and the last good checkpoint", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig(
    "optimizer.learningRate=1e30",
    "schedule.warmupEpochs=0.5",
    "log.checkpointEvery=1",
  );
  await assert.rejects(start(config, folder.path), (error: unknown) => {
    assert.ok(error instanceof NonFiniteError);
    assert.match(
      error.message,
      /^At step \d+ the loss is NaN; the first tensor that is not finite: .+; the last good checkpoint is .*\.safetensors: lower optimizer\.learningRate \(now 1e\+30\), in another run folder \(--run\)$/,
    );
    return true;
  });
  for (const path of listCheckpoints(`${folder.path}/checkpoints`)) {
    for (const { data } of Object.values(readCheckpoint(path).tensors)) {
      assert.ok(data.every(Number.isFinite));
    }
  }
});

Deno.test("train() names the parameter that is not finite", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig();
  const pipeline = extrema(config, images);
  pipeline.parameters["blocks.1.mlp.fc1.bias"]!.assign(tf.fill([16], NaN));
  await assert.rejects(
    train(pipeline, await methodBatches(extremaMethod, config, images), config, folder.path),
    /At step 0 the loss is NaN; the first tensor that is not finite: student blocks\.1\.mlp\.fc1\.bias; there was no checkpoint yet/,
  );
});

Deno.test("a gradient that is not finite under a finite loss is not applied, and leaves no tensor behind", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("log.checkpointEvery=1");
  const pipeline = extrema(config, images);
  const before = tf.memory().numTensors;
  const spoilt: typeof pipeline = {
    ...pipeline,
    step: (batch, context) => {
      const result = pipeline.step(batch, context);
      if (context.step < 2) return result;
      const { "norm.weight": good, ...grads } = result.grads;
      good!.dispose();
      return { ...result, grads: { ...grads, "norm.weight": tf.fill([8], Infinity) } };
    },
  };
  await assert.rejects(
    train(spoilt, await methodBatches(extremaMethod, config, images), config, folder.path),
    /^NonFiniteError: At step 2 the norm of the gradients is Infinity; the first tensor that is not finite: gradient of norm\.weight; the last good checkpoint is .*step-00000002/,
  );
  assert.ok(pipeline.parameters["norm.weight"]!.dataSync().every(Number.isFinite));
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("train() says when the run folder cannot be written", async () => {
  using folder = new TemporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, ""); // root may write anywhere but below a file
  await assert.rejects(start(testConfig(), `${folder.path}/file/run`), StorageError);
});
