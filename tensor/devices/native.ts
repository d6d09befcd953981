import * as tf from "@tensorflow/tfjs-core";
import { hushAdvert } from "./_hush_advert.ts";

/** Starts this project's C kernels, built for this machine by `deno task build`. */
export async function startNative(): Promise<string> {
  const { openLibrary } = await import("../native/library.ts");
  const { functions, record } = await openLibrary();
  if (tf.findBackendFactory("native") === null) {
    const { NativeBackend } = await import("../native/backend.ts"); // brings tfjs's CPU device and its kernels
    const { registerFusedKernels } = await import("../native/fused_kernels.ts");
    const { registerPlainKernels } = await import("../native/plain_kernels.ts");
    tf.registerBackend("native", () => new NativeBackend());
    registerPlainKernels(functions);
    registerFusedKernels(functions);
  }
  await tf.setBackend("native");
  hushAdvert();
  return `C kernels by ${record.compiler}, ${functions.num_threads()} threads`;
}
