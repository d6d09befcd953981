import type { Scalar } from "@tensorflow/tfjs-core";

/** What every objective returns: `loss` is differentiated, `metrics` are only read. */
export type ObjectiveResult = {
  /** Scalar to minimise. */
  readonly loss: Scalar;
  /** Scalars to log, by name. */
  readonly metrics: Readonly<Record<string, Scalar>>;
};
