import { type CollapseMeasures, collapseMeasures } from "@lacuna/objectives";
import { AdamW, globalNorm } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { findNonFinite } from "./_find_non_finite.ts";
import { readState, restoreState, type TensorState } from "./_tensor_state.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { RunConfig } from "./config.ts";
import { decayed } from "@lacuna/encoders";
import { NonFiniteError } from "./errors.ts";
import type { OnlineProbe } from "./online_probe.ts";
import { learningRateSchedule } from "./learning_rate_schedule.ts";
import type { MetricsLine } from "./metrics_log.ts";
import type { BatchSource, LoadedBatch, Pipeline, StepResult } from "./pipeline.ts";
import { runLength } from "./run_length.ts";
import { turnOfTheEventLoop } from "./_turn_of_the_event_loop.ts";

type Grads = StepResult["grads"];

/** Takes a run's steps one at a time, and is all of it that a checkpoint stores. */
export class Stepper<Batch> {
  /** Steps of the whole run. */
  readonly totalSteps: number;
  readonly #pipeline: Pipeline<Batch>;
  readonly #source: BatchSource<Batch>;
  readonly #config: RunConfig;
  readonly #optimizer: AdamW;
  readonly #state: TensorState;
  readonly #stepsPerEpoch: number;
  readonly #probe: OnlineProbe | undefined;
  #batches: AsyncGenerator<LoadedBatch<Batch>, void, void> | undefined;
  #next: Promise<IteratorResult<LoadedBatch<Batch>, void>> | undefined; // batch of the next step

  /** @throws {ConfigError} If there are fewer images than a batch holds. */
  constructor(
    pipeline: Pipeline<Batch>,
    source: BatchSource<Batch>,
    config: RunConfig,
    probe?: OnlineProbe,
  ) {
    this.#probe = probe;
    const { stepsPerEpoch, totalSteps } = runLength(config.schedule, source.size);
    this.#stepsPerEpoch = stepsPerEpoch;
    this.totalSteps = totalSteps;
    this.#pipeline = pipeline;
    this.#source = source;
    this.#config = config;
    this.#optimizer = new AdamW(pipeline.parameters, {
      ...config.optimizer,
      decayed: (name) => decayed(name, pipeline.parameters[name]!.rank),
    });
    this.#state = {
      student: pipeline.parameters,
      teacher: pipeline.teacher,
      optimizer: this.#optimizer.state,
    };
  }

  /** Steps taken. */
  get numSteps(): number {
    return this.#optimizer.numSteps;
  }

  /**
   * Takes the next step.
   * @returns What happened.
   * @throws {NonFiniteError} If the loss or a gradient is NaN or infinite, naming the first tensor that is; the step is not taken.
   */
  async takeStep(): Promise<MetricsLine> {
    const { batchSize, epochs } = this.#config.schedule;
    const step = this.numSteps;
    const epoch = step / this.#stepsPerEpoch;
    const start = performance.now();
    using loaded = await this.#nextBatch();
    const waited = performance.now() - start;

    const result = this.#pipeline.step(loaded.batch, { step, progress: epoch / epochs });
    const norm = globalNorm(Object.values(result.grads));
    try {
      const { targets, grads, metrics } = result;
      const [loss, gradNorm] = await Promise.all([valueOf(result.loss), valueOf(norm)]);
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
        const outputs = { "teacher outputs": { targets }, "gradient of": grads };
        const bad = await findNonFinite({ ...this.#state, ...outputs });
        throw new NonFiniteError(
          Number.isFinite(loss)
            ? `At step ${step} the norm of the gradients is ${gradNorm}; the first tensor that is not finite: ${
              bad ?? "their squares"
            }`
            : `At step ${step} the loss is ${loss}; the first tensor that is not finite: ${
              bad ?? "student outputs"
            }`,
        );
      }
      const learningRate = learningRateSchedule(
        { ...this.#config.optimizer, ...this.#config.schedule },
        epoch,
      );
      const momentum = this.#pipeline.momentum(Math.min((step + 1) / this.#stepsPerEpoch / epochs, 1)); // the last step may be cut off
      const shortened = clipped(grads, gradNorm, this.#config.optimizer.clipNorm);
      this.#optimizer.step(shortened, learningRate, { teacher: this.#pipeline.teacher, momentum });
      if (shortened !== grads) tf.dispose(shortened);
      const measures = step % this.#config.log.measureEvery === 0 ? await measure(targets) : undefined;
      const logged = await valuesOf(metrics);
      const probed = await this.#probed(step, loaded);

      const elapsed = performance.now() - start;
      const speed = { imagesPerSecond: 1000 * batchSize / elapsed, dataShare: waited / elapsed };
      return {
        step,
        epoch,
        loss,
        learningRate,
        gradNorm,
        momentum,
        ...logged,
        ...measures,
        ...probed,
        ...speed,
      };
    } finally {
      tf.dispose([norm, result]);
    }
  }

  /**
   * The run as it stands.
   * @throws {NonFiniteError} If any of it is NaN or infinite.
   */
  async checkpoint(): Promise<Checkpoint> {
    const bad = await findNonFinite(this.#state);
    if (bad) throw new NonFiniteError(`After ${this.numSteps} steps a tensor is not finite: ${bad}`);
    const tensors = await readState(this.#state);
    const { contentHash: dataHash } = this.#source;
    return {
      step: this.numSteps,
      config: this.#config,
      dataHash,
      orderHash: this.#source.orderHash(0),
      tensors,
    };
  }

  /** Goes back or on to where a checkpoint was written. */
  restore(checkpoint: Checkpoint): void {
    restoreState(this.#state, checkpoint.tensors);
    this.#optimizer.numSteps = checkpoint.step;
    this.#batches = this.#next = undefined;
  }

  /** Frees the optimizer's moments; the parameters are the pipeline's. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#next?.catch(() => {}); // somebody may still write it
    await this.#batches?.return();
    this.#optimizer.dispose();
  }

  async #probed(
    step: number,
    { labelled }: LoadedBatch<Batch>,
  ): Promise<{ probeAccuracy: number } | undefined> {
    if (!this.#probe || !labelled || step % this.#probe.every !== 0) return undefined;
    return { probeAccuracy: await this.#probe.step(labelled) };
  }

  async #nextBatch(): Promise<LoadedBatch<Batch>> {
    this.#batches ??= this.#source.batches(
      Math.floor(this.numSteps / this.#stepsPerEpoch),
      this.numSteps % this.#stepsPerEpoch,
    );
    const { value } = await (this.#next ?? this.#batches.next());
    if (this.numSteps + 1 < this.totalSteps) await this.#ask();
    return value!; // there is no end
  }

  /** Begins to make the next batch, which may fail before anybody waits for it; what another thread does of it goes on beside the step. */
  async #ask(): Promise<void> {
    this.#next = this.#batches!.next();
    this.#next.catch(() => {});
    await turnOfTheEventLoop();
  }
}

/** Gradients brought to a norm if theirs is longer, as their own tensors; the given ones if not. */
function clipped(grads: Grads, norm: number, clipNorm: number): Grads {
  if (!(clipNorm > 0 && norm > clipNorm)) return grads;
  return Object.fromEntries(
    Object.entries(grads).map(([name, grad]) => [name, tf.mul(grad, clipNorm / norm)]),
  );
}

async function valueOf(scalar: tf.Scalar): Promise<number> {
  return (await scalar.data())[0]!;
}

async function valuesOf(metrics: StepResult["metrics"]): Promise<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [name, metric] of Object.entries(metrics)) {
    values[name] = typeof metric === "number" ? metric : await valueOf(metric);
  }
  return values;
}

/** On a device with memory of its own, what can be read at once is the copy that `data()` leaves on the host. */
async function measure(targets: tf.Tensor2D): Promise<CollapseMeasures> {
  await targets.data();
  return collapseMeasures(targets);
}
