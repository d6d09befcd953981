import { Contender } from "./_contender.ts";
import type { AugmentSetup } from "./_augment_setup.ts";
import type { EmbeddingSetup, ExtremaSetup, Setup } from "./steps/setup.ts";

const script = `${import.meta.dirname}/our_step.ts`;
const peers = `${import.meta.dirname}/peers`;

/** Our step on our C kernels; with `stopwatches` it also tells where the time goes, garbage collection included. */
export function startNative(setup: Setup, numThreads: number, ...options: "--stopwatches"[]): Contender {
  const permissions = ["--allow-read=.lacuna/native", "--allow-ffi=.lacuna/native/kernels.so"];
  const flags = options.length > 0 ? ["--v8-flags=--trace-gc"] : [];
  const args = [
    "run",
    "--quiet",
    "--no-prompt",
    ...flags,
    ...permissions,
    script,
    JSON.stringify(setup),
    ...options,
  ];
  return new Contender("deno", args, { numThreads });
}

/** Our step on our portable device, with one thread. */
export function startWasm(setup: Setup): Contender {
  const args = [
    "run",
    "--quiet",
    "--no-prompt",
    script,
    JSON.stringify(setup),
    "--device",
    "wasm",
    "--threads",
    "1",
  ];
  return new Contender("deno", args, { numThreads: 1 });
}

/** Our step on tfjs's wasm device, which has one thread. */
export function startTfjsWasm(setup: Setup): Contender {
  const args = ["run", "--quiet", "--no-prompt", "--no-lock", "--allow-read", script, JSON.stringify(setup)];
  return new Contender("deno", [...args, "--device", "tfjs-wasm"], { numThreads: 1 });
}

/** ExtreMA's step in jax-js, on its wasm device, which has one thread. */
export function startJax(setup: ExtremaSetup): Contender {
  const args = [
    "run",
    "--no-prompt",
    "--no-lock",
    "--allow-env",
    `${peers}/jax_step.ts`,
    JSON.stringify(setup),
  ];
  return new Contender("deno", args, { numThreads: 1 });
}

/** How PyTorch runs. */
export type TorchOptions = {
  /** By `torch.compile`, which needs a C++ compiler and compiles during the first step. */
  readonly compile?: boolean;
  /** With MKL made to take an AMD processor for Intel's, so that it uses AVX-512; see the README. */
  readonly avx512?: boolean;
};

/**
 * PyTorch's step, by the interpreter that the variable LACUNA_PYTHON names, else `python3`.
 * @throws {Error} If there is no such interpreter, or it has no PyTorch.
 */
export async function startTorch(
  setup: Setup,
  numThreads: number,
  { compile = false, avx512 = false }: TorchOptions = {},
): Promise<Contender> {
  const python = await findPython();
  const args = [`${peers}/torch_step.py`, JSON.stringify(setup), ...compile ? ["--compile"] : []];
  const env: Record<string, string> = avx512
    ? { LD_PRELOAD: `${Deno.cwd()}/${await preloadForAvx512()}` }
    : {};
  return new Contender(python, args, { numThreads, env });
}

/**
 * The embedding by onnxruntime-node, of the model that PyTorch exports.
 * @throws {Error} If PyTorch cannot export it: it needs the packages onnx and onnxscript.
 */
export async function startOnnxRuntime(setup: EmbeddingSetup, numThreads: number): Promise<Contender> {
  const python = await findPython();
  const path = `${await benchFolder()}/embedding.onnx`;
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [`${peers}/torch_embedding.py`, JSON.stringify(setup), path],
  }).output();
  if (!success) {
    const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
    throw new Error(
      `${python} did not export the model: ${reason}; it needs the packages onnx and onnxscript`,
    );
  }
  const { numParameters } = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
  const options = JSON.stringify({ setup, path, numParameters, numThreads });
  const args = [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-lock",
    "--allow-all",
    `${peers}/onnxruntime_step.ts`,
    options,
  ]; // it loads a library of its own
  return new Contender("deno", args, { numThreads });
}

/** Our views of images, on one thread. */
export function startAugment(setup: AugmentSetup, device: "native" | "wasm"): Contender {
  const permissions = ["--allow-read=.lacuna/native", "--allow-ffi=.lacuna/native/kernels.so"];
  const command = `${import.meta.dirname}/our_augment.ts`;
  const args = ["run", "--quiet", "--no-prompt", ...permissions, command, JSON.stringify(setup), device];
  return new Contender("deno", args, { numThreads: 1 });
}

/**
 * torchvision's views of images, on one thread.
 * @param kind From what: uint8 tensors, or Pillow's images, also with Pillow's own blur.
 * @throws {Error} If there is no interpreter, or it has no PyTorch.
 */
export async function startTorchvision(
  setup: AugmentSetup,
  kind: "tensors" | "channels-last" | "pillow" | "pillow-blur",
): Promise<Contender> {
  const args = [`${peers}/torch_augment.py`, JSON.stringify(setup), kind];
  return new Contender(await findPython(), args, { numThreads: 1 });
}

let python: Promise<string> | undefined;

/** The interpreter, asked once whether it has PyTorch. */
export function findPython(): Promise<string> {
  return python ??= (async () => {
    const command = Deno.env.get("LACUNA_PYTHON") ?? "python3";
    const advice = "set LACUNA_PYTHON to an interpreter that has PyTorch, see bench/README.md";
    let code: number;
    try {
      ({ code } = await new Deno.Command(command, { args: ["-c", "import torch"] }).output());
    } catch (error) {
      throw new Error(`There is no ${command}: ${advice}`, { cause: error });
    }
    if (code !== 0) throw new Error(`${command} cannot import torch: ${advice}`);
    return command;
  })();
}

/** A library that answers one question of MKL, built by the system's compiler. */
async function preloadForAvx512(): Promise<string> {
  const path = `${await benchFolder()}/mkl_on_avx512.so`;
  const compiler = new Deno.Command("cc", {
    args: ["-shared", "-fPIC", "-x", "c", "-", "-o", path],
    stdin: "piped",
  })
    .spawn();
  const writer = compiler.stdin.getWriter();
  await writer.write(new TextEncoder().encode("int mkl_serv_intel_cpu_true(void) { return 1; }\n"));
  await writer.close();
  if (!(await compiler.status).success) throw new Error("cc could not build the library that MKL asks");
  return path;
}

/** Where files lie that one program makes for another. */
async function benchFolder(): Promise<string> {
  await Deno.mkdir(".lacuna/bench", { recursive: true });
  return ".lacuna/bench";
}
