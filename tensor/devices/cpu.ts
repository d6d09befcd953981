import * as tf from "@tensorflow/tfjs-core";
import { hushAdvert } from "./_hush_advert.ts";

/** Starts tfjs's plain JavaScript device: slow, and always there. */
export async function startCpu(): Promise<string> {
  await import("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  hushAdvert();
  return "plain JavaScript, one thread";
}
