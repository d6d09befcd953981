import * as tf from "@tensorflow/tfjs-core";

/** Keeps tfjs's CPU device, now in use, from printing an advertisement for another package at its first tensor. */
export function hushAdvert(): void {
  Reflect.set(tf.backend(), "firstUse", false);
}
