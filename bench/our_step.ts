/**
 * Our side of a comparison: a step, timed. Reads a request a line and answers each with a line of JSON; `_contender.ts` says which.
 *
 * @module
 */
import { type ParameterMap, useDevice } from "@lacuna/tensor";
import type { Tensor } from "@tensorflow/tfjs-core";
import process from "node:process";
import { parseArgs } from "node:util";
import { answerRequests } from "./_answer_requests.ts";
import { checkVectors } from "./_check_vectors.ts";
import type { Answers } from "./_contender.ts";
import { measureSteps } from "./_measure_steps.ts";
import { fillParameters } from "./_noise.ts";
import { Stopwatches } from "./_stopwatches.ts";
import { buildStep } from "./steps/build_step.ts";
import type { Setup } from "./steps/setup.ts";
import type { Step } from "./steps/step.ts";

if (import.meta.main) await main(Deno.args);

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      device: { type: "string", default: "native" },
      threads: { type: "string" }, // of WebAssembly
      stopwatches: { type: "boolean" },
    },
  });
  const setup: Setup = JSON.parse(positionals[0]!);
  const stopwatches = values.stopwatches ? new Stopwatches() : undefined;
  const { name, detail } = await startDevice(values.device, values.threads);
  stopwatches?.watchKernels();
  let step: Step | undefined;
  await answerRequests({
    versions: () => ({
      name: name.startsWith("tfjs") ? name : `Lacuna, ${name}`,
      detail: `Deno ${Deno.version.deno}; ${detail}`,
    }),
    check: ({ indices }) => check(setup, indices.length),
    time: async ({ steps }) => {
      step ??= buildStep(setup);
      stopwatches?.read(); // forget what building took
      const { minorPageFault } = process.resourceUsage();
      const start = performance.now();
      const times = await measureSteps(() => step!.take(), steps);
      const pageFaults = process.resourceUsage().minorPageFault - minorPageFault;
      const interval = [start, performance.now()] as const;
      return { ...times, reading: stopwatches && { ...stopwatches.read(), pageFaults, interval } };
    },
  });
}

/** Devices of this project, and tfjs's own wasm device as a peer that runs the same model. */
async function startDevice(name: string, threads?: string): Promise<{ name: string; detail: string }> {
  if (name !== "tfjs-wasm") {
    return await useDevice(name, threads === undefined ? {} : { threads: Number(threads) });
  }
  const { startTfjsWasm } = await import("./peers/tfjs_wasm.ts");
  return await startTfjsWasm();
}

/** Results of the first steps; indices are the step's own, which whoever asks has given to the other side. */
async function check(setup: Setup, numSteps: number): Promise<Answers["check"]> {
  const step = buildStep(setup, true);
  fillParameters(step.parameters, 100);
  if (step.teacher) fillParameters(step.teacher, 10000);
  const counts = [step.parameters, step.teacher ?? {}].map(numElements);
  if (setup.step === "embedding" || setup.step === "attention" || setup.step === "conv1d") {
    const vectors: number[] = [];
    await step.take((results) => {
      for (const result of results) for (const x of result.dataSync()) vectors.push(x);
    });
    return checkVectors(counts, Float32Array.from(vectors));
  }
  const losses: number[] = [];
  const norms: number[] = [];
  for (let i = 0; i < numSteps; i++) losses.push(await step.take((grads) => norms.push(norm(grads))));
  return {
    "number of parameters": counts,
    [`loss of ${numSteps} steps`]: losses,
    [`norm of all gradients in ${numSteps} steps`]: norms,
  };
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
