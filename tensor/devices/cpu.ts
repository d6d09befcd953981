import * as tf from "@tensorflow/tfjs-core";

/** Starts tfjs's plain JavaScript device: slow, and always there. */
export async function startCpu(): Promise<string> {
  await import("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  return "plain JavaScript, one thread";
}
