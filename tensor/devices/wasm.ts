import * as tf from "@tensorflow/tfjs-core";
import { DeviceError } from "../device_error.ts";
import { supplyUnsortedSegmentSum } from "./_supply_unsorted_segment_sum.ts";

/** Whether tfjs knows where its module is; it can be told only before the first start. */
let isConfigured = false;

/**
 * Starts tfjs's WebAssembly device. Its module comes through Deno's module loader, so it needs no permission; where that is not allowed
 * (without `raw-imports` among the unstable features of `deno.json`), tfjs reads it from Deno's cache itself, with `--allow-read`.
 */
export async function startWasm(): Promise<string> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const module = isConfigured ? undefined : await importModule();
  if (module) {
    const url = URL.createObjectURL(new Blob([module], { type: "application/wasm" }));
    const names = ["", "-simd", "-threaded-simd"].map((variant) => `tfjs-backend-wasm${variant}.wasm`);
    setWasmPaths(Object.fromEntries(names.map((name) => [name, url])), true); // every engine of Deno's age has SIMD
  }
  isConfigured = true;
  if (!await tf.setBackend("wasm")) {
    throw new DeviceError("its module in Deno's cache did not load: it needs --allow-read for that folder");
  }
  supplyUnsortedSegmentSum("wasm");
  return "WebAssembly with SIMD, one thread";
}

async function importModule(): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const path = "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";
    return (await import(path, { with: { type: "bytes" } })).default;
  } catch {
    return undefined;
  }
}
