import * as tf from "@tensorflow/tfjs-core";
import type { DeviceOptions } from "../device.ts";
import { hushAdvert } from "./_hush_advert.ts";

/** Bytes of freed tensors that are kept for the next ones. */
const poolCapacity = 2 ** 31;

/** Starts this project's C kernels, built for this machine by `deno task build`. */
export async function startNative({ threads = 0 }: DeviceOptions): Promise<string> {
  const { openLibrary } = await import("../native/library.ts");
  const { functions, record } = await openLibrary();
  if (tf.findBackendFactory("native") === null) {
    const { registerDevice } = await import("../native/register_device.ts"); // brings tfjs's CPU device and its kernels
    const { BufferPool } = await import("../native/pool.ts");
    registerDevice("native", functions, new BufferPool(poolCapacity));
  }
  await tf.setBackend("native");
  hushAdvert();
  return `C kernels by ${record.compiler}, ${functions.use_threads(threads)} threads`;
}
