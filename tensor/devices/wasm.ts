import * as tf from "@tensorflow/tfjs-core";
import { hushAdvert } from "./_hush_advert.ts";
import type { DeviceOptions } from "../device.ts";

let started: Promise<string> | undefined;

/** Starts this project's C kernels in WebAssembly, which needs neither permission nor compiler. */
export async function startWasm({ threads }: DeviceOptions): Promise<string> {
  const detail = await (started ??= register(threads));
  await tf.setBackend("wasm");
  hushAdvert();
  return detail;
}

async function register(threads: number | undefined): Promise<string> {
  const { startKernels } = await import("../wasm/start.ts");
  const { registerDevice } = await import("../native/register_device.ts"); // brings tfjs's CPU device and its kernels
  const { functions, memory, isRelaxed, numThreads } = await startKernels(threads);
  registerDevice("wasm", functions, memory);
  const threadsText = numThreads === 1 ? "one thread" : `${numThreads} threads`;
  return `C kernels in WebAssembly with ${isRelaxed ? "relaxed " : ""}SIMD, ${threadsText}`;
}
