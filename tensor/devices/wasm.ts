import * as tf from "@tensorflow/tfjs-core";
import { DeviceError } from "../device_error.ts";

/** Starts tfjs's WebAssembly device, which needs no permission beyond reading its own module. */
export async function startWasm(): Promise<string> {
  await import("@tensorflow/tfjs-backend-wasm");
  if (!await tf.setBackend("wasm")) {
    throw new DeviceError("its module in Deno's cache did not load: it needs --allow-read for that folder");
  }
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return `WebAssembly${simd ? " with SIMD" : ""}, one thread`;
}
