import { Contender } from "./_contender.ts";
import type { Setup } from "./_training_step.ts";

const script = `${import.meta.dirname}/extrema_step.ts`;

/** Our step on our C kernels; with `stopwatches` it also tells where the time goes. */
export function startNative(setup: Setup, numThreads: number, ...options: "--stopwatches"[]): Contender {
  const permissions = ["--allow-read=.lacuna/native", "--allow-ffi=.lacuna/native/kernels.so"];
  const args = ["run", "--no-prompt", ...permissions, script, JSON.stringify(setup), ...options];
  return new Contender(Deno.execPath(), args, numThreads);
}

/** Our step on tfjs's wasm device, which has one thread. */
export function startWasm(setup: Setup): Contender {
  const args = ["run", "--no-prompt", script, JSON.stringify(setup), "--device", "wasm"];
  return new Contender(Deno.execPath(), args, 1);
}

/**
 * PyTorch's step, by the interpreter that the variable LACUNA_PYTHON names, else `python3`.
 * @throws {Error} If there is no such interpreter, or it has no PyTorch.
 */
export async function startTorch(
  setup: Setup,
  numThreads: number,
  ...options: "--compile"[]
): Promise<Contender> {
  const python = Deno.env.get("LACUNA_PYTHON") ?? "python3";
  const advice = "set LACUNA_PYTHON to an interpreter that has PyTorch, see bench/README.md";
  let code: number;
  try {
    ({ code } = await new Deno.Command(python, { args: ["-c", "import torch"] }).output());
  } catch (error) {
    throw new Error(`There is no ${python}: ${advice}`, { cause: error });
  }
  if (code !== 0) throw new Error(`${python} cannot import torch: ${advice}`);
  const args = [`${import.meta.dirname}/peers/extrema_step.py`, JSON.stringify(setup), ...options];
  return new Contender(python, args, numThreads);
}
