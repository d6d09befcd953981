/**
 * Our side of the comparison: ExtreMA's training step, timed. Reads a request a line and answers each with a line of JSON;
 * `_contender.ts` says which.
 *
 * @module
 */
import { type ParameterMap, useDevice } from "@lacuna/tensor";
import type { Tensor } from "@tensorflow/tfjs-core";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Answers, Requests } from "./_contender.ts";
import { fillParameters } from "./_noise.ts";
import { Stopwatches } from "./_stopwatches.ts";
import { type Setup, TrainingStep } from "./_training_step.ts";

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { device: { type: "string", default: "native" }, stopwatches: { type: "boolean" } },
  });
  const setup: Setup = JSON.parse(positionals[0]!);
  const stopwatches = values.stopwatches ? await Stopwatches.install() : undefined;
  const { name, detail } = await useDevice(values.device);
  let training: TrainingStep | undefined;
  for await (const request of requests()) {
    let answer: Answers[keyof Answers];
    if (request.ask === "versions") {
      answer = { name: `Lacuna, ${name}`, detail: `Deno ${Deno.version.deno}; ${detail}` };
    } else if (request.ask === "check") {
      answer = await check(setup, request.keep.length);
    } else {
      training ??= new TrainingStep(setup);
      answer = { ...await time(training, request.steps), reading: stopwatches?.read() };
    }
    console.log(JSON.stringify(answer));
  }
}

async function* requests(): AsyncGenerator<Requests[keyof Requests]> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

/** The masks are the pipeline's own, which whoever asks has given to the other side. */
async function check({ config, image }: Setup, numSteps: number): Promise<Answers["check"]> {
  const encoder = { ...config.encoder, dropPathRate: 0 };
  const training = new TrainingStep({ config: { ...config, encoder }, image });
  const { parameters, teacher } = training.pipeline;
  fillParameters(parameters, 100);
  fillParameters(teacher, 10000);
  const losses: number[] = [];
  const gradientNorms: number[] = [];
  for (let i = 0; i < numSteps; i++) {
    losses.push(await training.take((grads) => gradientNorms.push(norm(Object.values(grads)))));
  }
  return { losses, gradientNorms, numParameters: [numElements(parameters), numElements(teacher)] };
}

async function time(training: TrainingStep, numSteps: number): Promise<Answers["time"]> {
  const milliseconds: number[] = [];
  const cpuMilliseconds: number[] = [];
  for (let i = 0; i < numSteps; i++) {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    await training.take();
    const { user, system } = process.cpuUsage(cpuStart); // µs
    milliseconds.push(performance.now() - start);
    cpuMilliseconds.push((user + system) / 1000);
  }
  return { milliseconds, cpuMilliseconds };
}

/** In float64, so that the order of the sum does not matter. */
function norm(tensors: readonly Tensor[]): number {
  let squares = 0;
  for (const tensor of tensors) for (const x of tensor.dataSync()) squares += x * x;
  return Math.sqrt(squares);
}

function numElements(parameters: ParameterMap): number {
  return Object.values(parameters).reduce((sum, { size }) => sum + size, 0);
}
