/**
 * Linear probes as papers have them, each a value.
 * @module
 */

/** How the weights of a linear probe move. */
export type ProbeOptimizer =
  | { readonly kind: "sgd"; readonly momentum: number }
  | { readonly kind: "lars"; readonly momentum: number; readonly trust: number }
  | {
    readonly kind: "adamw";
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly weightDecay: number;
  };

/** Everything that decides a linear probe, apart from features and seed. */
export type LinearProtocol = {
  /** Passes over the training split. */
  readonly epochs: number;
  /** Passes during which the learning rate rises from 0, in [0, epochs). */
  readonly warmupEpochs: number;
  /** B, rows a step; all rows if they are fewer. */
  readonly batchSize: number;
  /** Peak learning rate for B = 256; the peak is this · B / 256. */
  readonly baseLearningRate: number;
  /** Whether the learning rate moves with every step or stays the same for an epoch. */
  readonly schedule: "step" | "epoch";
  readonly optimizer: ProbeOptimizer;
  /** ε > 0 of a batch normalisation without scale and shift before the linear layer; "none" for features as they are. */
  readonly normEpsilon: number | "none";
};

const extrema: LinearProtocol = {
  epochs: 90,
  warmupEpochs: 10,
  batchSize: 4096,
  baseLearningRate: 0.1,
  schedule: "step",
  optimizer: { kind: "sgd", momentum: 0.9 },
  normEpsilon: 1e-5,
};

/**
 * Linear probes as papers have them. All start from weights N(0, 0.01²) and end a cosine at 0. What differs from a paper's is the images: features
 * are computed once, of images that are not augmented.
 * - `cached`: ExtreMA's, shortened for features that never change. The default.
 * - `extrema`: of the instance vector (arXiv:2206.04667, released code; MoCo-v3's protocol, arXiv:2104.02057).
 * - `mae`: of the class token after the last norm (arXiv:2111.06377, §A.1, released code).
 * - `beit`: of [class token; mean of patches] after each block, without a norm (arXiv:2106.08254, released code); see `layerProbe()`.
 */
export const linearProtocols: Readonly<Record<"cached" | "extrema" | "mae" | "beit", LinearProtocol>> = {
  cached: { ...extrema, epochs: 10, warmupEpochs: 1, batchSize: 1024 },
  extrema,
  mae: {
    ...extrema,
    batchSize: 16_384,
    optimizer: { kind: "lars", momentum: 0.9, trust: 0.001 },
    normEpsilon: 1e-6,
  },
  beit: {
    ...extrema,
    epochs: 100,
    warmupEpochs: 0,
    batchSize: 1024, // 128 on each of 8 devices
    baseLearningRate: 1e-3,
    schedule: "epoch",
    optimizer: { kind: "adamw", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4 },
    normEpsilon: "none",
  },
};
