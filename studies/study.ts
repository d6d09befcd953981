/**
 * What a study is.
 * @module
 */
import type { MethodPipeline } from "@lacuna/pipelines";

/** One way of learning that a study compares with others. */
export type Arm = {
  /** In tables, and as part of a folder's name: letters, digits, hyphens and dots. */
  readonly name: string;
  /** As the command line knows it. */
  readonly method: string;
  /** The method's config to start from; "demo" if left out. */
  readonly preset?: string;
  /** Other values for fields of the config, `key=value`. */
  readonly settings?: readonly string[];
  /** Length of its run beside that of the others; 1 if left out. */
  readonly share?: number;
  /** A change to the pipeline before its first step that no field of the config has. */
  readonly alter?: (pipeline: MethodPipeline<unknown>, seed: number) => void;
};

/** How an encoder is judged at a run's end by its frozen features. */
export type FrozenProtocol = "ridge" | "knn" | "logistic" | "linear";

/** How an encoder is judged at a run's end: frozen, or fine-tuned with few labels. */
export type Protocol = FrozenProtocol | "fine-tune";

/** Arms that are compared on the same images, masks and order for each seed. */
export type Study = {
  /** By which the command line knows it: "mask-ratio". */
  readonly name: string;
  /** A heading. */
  readonly title: string;
  /** The claim that is put to the test, and where it is from; a paragraph. */
  readonly claim: string;
  /** At least two; the others are compared with the first. */
  readonly arms: readonly [Arm, ...Arm[]];
  /** Runs of each arm. */
  readonly numSeeds: number;
  /** Seed of the first of them; 0 if left out. What is chosen on some seeds is judged on others. */
  readonly firstSeed?: number;
  /** Passes over the images, the same for every arm or those of its preset; or seconds of training, in which faster arms take more steps. */
  readonly length: { readonly epochs: number | "preset" } | { readonly seconds: number };
  /** Points of a learning curve after the untrained one, evenly spaced over the run. */
  readonly numProbes: number;
  /** The data set's folder; `.lacuna/data/fashion-mnist` if left out. */
  readonly data?: string;
  /** Images to learn from. */
  readonly numImages: number;
  /** What the encoders are judged by at the end; the first, one of frozen features, also judges the curves. */
  readonly protocols: readonly [FrozenProtocol, ...Protocol[]];
  /** How long a sitting lasts on two cores, in minutes. */
  readonly minutes: number;
};
