import * as tf from "@tensorflow/tfjs-core";
import { DeviceError } from "../device_error.ts";

/** Computed, so that nobody downloads TensorFlow who does not ask for it. */
const packages = ["tfjs-node-gpu", "tfjs-node"].map((name) => `npm:@tensorflow/${name}@4.22.0`);

/**
 * Starts TensorFlow's own C library through `@tensorflow/tfjs-node-gpu`, else `@tensorflow/tfjs-node`. Both download the library in
 * an install script, which Deno runs only when told to.
 */
export async function startTensorflow(): Promise<string> {
  const { default: util } = await import("node:util"); // browsers have none
  // Gone from Deno's node layer, still called by tfjs-node 4.22.
  Object.assign(util, {
    isNullOrUndefined: (x: unknown) => x === null || x === undefined,
    isArray: Array.isArray,
  });
  const failures: string[] = [];
  for (const specifier of packages) {
    try {
      await import(specifier);
      if (await tf.setBackend("tensorflow")) return specifier.slice("npm:".length);
      failures.push(`${specifier}: loaded, but registered no device`);
    } catch (error) {
      failures.push(`${specifier}: ${String(error).split("\n")[0]}`);
    }
  }
  throw new DeviceError(
    `TensorFlow's library did not load (${
      failures.join("; ")
    }): it needs "nodeModulesDir": "auto" in deno.json and ` +
      "`deno install --allow-scripts=npm:@tensorflow/tfjs-node-gpu`, with CUDA 11.2 for a GPU, then --allow-ffi",
  );
}
