/**
 * What makes a method of learning one that can be run from the command line, resumed and evaluated.
 * @module
 */
import type { ImageShape } from "@lacuna/data";
import type { AugmentPlan } from "@lacuna/data/augment";
import type { RunConfig } from "./config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";

/** What the config of every method on images has. */
export type MethodConfig = RunConfig & {
  readonly image: {
    /** Height and width to which encoded images of any size are brought; decoded ones keep their own. */
    readonly size: number;
  };
  readonly encoder: {
    /** Side of a patch in pixels; it divides the image's height and width. */
    readonly patchSize: number;
  };
};

/** Where the random numbers of a batch are. */
export type BatchAddress = {
  /** [B], of each image. */
  readonly samples: Int32Array | Float64Array;
  readonly epoch: number;
};

/** How images become views. */
export type MethodViews = Pick<AugmentPlan, "shared" | "views"> & {
  /** Of the views, in their order. */
  readonly names: readonly string[];
  /** Smallest share of an image's area that a crop covers. */
  readonly minScale: number;
};

/** A method: its config, what it sees, and the pipeline. */
export type Method<Config extends MethodConfig, Batch> = {
  /** By which the command line knows it: "mae". */
  readonly name: string;
  /** As its authors write it: "MAE". */
  readonly title: string;
  /** Configs by name; "demo" and "tiny" among them. */
  readonly presets: Readonly<Record<string, Config>>;
  /**
   * A value read from a file or put together by hand, checked field by field.
   * @throws {ConfigError} Naming every field that is missing, unknown, of another type or out of range.
   */
  parse(value: unknown): Config;
  /** The model in a line, for the console. */
  describe(config: Config): string;
  /** How images become views. */
  views(config: Config): MethodViews;
  /** A batch of views by their names, each [B, H, W, C]. */
  toBatch(views: Readonly<Record<string, Float32Array>>, address: BatchAddress): Batch;
  /**
   * What has to be learned from images before the first step, such as a tokeniser; what it gives is stored in checkpoints as parameters.
   * @param batches Of the first epoch.
   */
  prepare?(config: Config, image: ImageShape, batches: AsyncIterable<Batch>): Promise<Float32Array>;
  /**
   * The pipeline at its start.
   * @param prepared What `prepare()` gave; left out where a checkpoint is about to be restored.
   * @throws {RangeError} If the sizes do not fit each other or the images.
   */
  pipeline(config: Config, image: ImageShape, prepared?: Float32Array): MethodPipeline<Batch>;
};
