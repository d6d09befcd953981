/**
 * jax-js's side of a comparison: ExtreMA's training step on its wasm device. Reads a request a line and answers each with a line of JSON;
 * `_contender.ts` says which.
 *
 * @module
 */
import { useDevice } from "@lacuna/tensor";
import { answerRequests } from "../_answer_requests.ts";
import type { Answers } from "../_contender.ts";
import { measureSteps } from "../_measure_steps.ts";
import type { ExtremaSetup } from "../steps/setup.ts";
import { type Jax, JaxStep } from "./jax_extrema.ts";

const version = "0.1.25";
/** Computed, so that no program but this peer needs the package. */
const specifier = `npm:@jax-js/jax@${version}`;

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));

async function main(setup: ExtremaSetup): Promise<void> {
  Reflect.deleteProperty(globalThis, "Worker"); // without it jax-js computes with one thread
  const jax: Jax = await import(specifier);
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  await useDevice("cpu"); // for the parameters' names and first values
  let training: JaxStep | undefined;
  await answerRequests({
    versions: () => ({
      name: `jax-js ${version}, wasm`,
      detail: `Deno ${Deno.version.deno}, WebAssembly, one thread, compiled by jit`,
    }),
    check: async ({ indices }) => await check(jax, setup, indices.length),
    time: async ({ steps }) => {
      training ??= new JaxStep(jax, setup, { still: false, inspect: false });
      return await measureSteps(() => training!.take(), steps);
    },
  });
}

async function check(jax: Jax, setup: ExtremaSetup, numSteps: number): Promise<Answers["check"]> {
  const training = new JaxStep(jax, setup, { still: true, inspect: true });
  const losses: number[] = [];
  const norms: number[] = [];
  for (let i = 0; i < numSteps; i++) {
    const loss = await training.take((grads) => {
      let squares = 0; // in float64: jax-js's own sum over millions is off by a percent
      for (const grad of grads) for (const x of grad) squares += x * x;
      norms.push(Math.sqrt(squares));
    });
    losses.push(loss);
  }
  return {
    "number of parameters": training.numParameters,
    [`loss of ${numSteps} steps`]: losses,
    [`norm of all gradients in ${numSteps} steps`]: norms,
  };
}
