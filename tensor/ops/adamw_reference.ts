import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { AdamWRates } from "./adamw.ts";

/** One AdamW update of one parameter and its two moments, composed of plain ops. */
export function adamWReference(
  parameter: Variable,
  grad: Tensor,
  moments: { readonly m: Variable; readonly v: Variable },
  rates: AdamWRates,
): void {
  tf.tidy(() => {
    const { learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2 } = rates;
    const m = tf.add(tf.mul(moments.m, beta1), tf.mul(grad, 1 - beta1));
    const v = tf.add(tf.mul(moments.v, beta2), tf.mul(tf.square(grad), 1 - beta2));
    const denominator = tf.add(tf.sqrt(tf.div(v, correction2)), epsilon);
    const decayed = tf.mul(parameter, 1 - learningRate * weightDecay);
    moments.m.assign(m);
    moments.v.assign(v);
    parameter.assign(tf.sub(decayed, tf.mul(tf.div(m, denominator), learningRate / correction1)));
  });
}
