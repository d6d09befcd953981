import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** An op on tensors. */
export type Op = (...inputs: Tensor[]) => Tensor;

/**
 * Benches a fused op beside its composed reference on the device in use: its value, then the gradient of its sum by every input.
 * @param name What to call it, with its size.
 * @param fused The faster one, one hopes.
 * @param reference What it is compared with.
 * @param inputs Kept, never disposed of.
 */
export function benchOp(name: string, fused: Op, reference: Op, inputs: Tensor[]): void {
  for (const [kind, op] of [["fused", fused], ["reference", reference]] as const) {
    Deno.bench(`${name} ${kind}`, { group: name, baseline: kind === "fused" }, async () => {
      const y = tf.tidy(() => op(...inputs));
      await y.data();
      y.dispose();
    });
    Deno.bench(
      `${name} gradient ${kind}`,
      { group: `${name} gradient`, baseline: kind === "fused" },
      async () => {
        const gradients = tf.tidy(() => tf.grads((...xs: Tensor[]) => tf.sum(op(...xs)))(inputs));
        await gradients[0]!.data();
        tf.dispose(gradients);
      },
    );
  }
}
