/**
 * Has all arithmetic of a test file in float64, if it is imported before anything else: the device `cpu` computes in arrays that it makes as
 * `Float32Array`, and those are of float64 from here on. No other device can be used then.
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";

(globalThis as { Float32Array: unknown }).Float32Array = Float64Array;
tf.env().platform.isTypedArray = (x): x is Float32Array | Int32Array | Uint8Array | Uint8ClampedArray =>
  [Float64Array, Int32Array, Uint8Array, Uint8ClampedArray].some((type) => x instanceof type);
