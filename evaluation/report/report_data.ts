import type { ProtocolTable } from "../protocol_table.ts";

/** One image as stored. */
export type Picture = {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
  /** [H, W, C], 0…255. */
  readonly pixels: Uint8Array;
};

/** One chart: lines over the training steps, and what they should look like. */
export type Curve = {
  readonly title: string;
  /** How to read it: what is healthy, and what trouble looks like. */
  readonly help: string;
  /** Steps, ascending. */
  readonly steps: readonly number[];
  /** One value a step; null where it was not measured. */
  readonly lines: readonly { readonly label: string; readonly values: readonly (number | null)[] }[];
  /** Levels to compare with, drawn dashed. */
  readonly guides: readonly { readonly label: string; readonly value: number }[];
};

/** What each mask of one image left visible. */
export type MaskedPicture = {
  readonly picture: Picture;
  /** K lists of visible patch indices, row-major. */
  readonly visible: readonly Int32Array[];
};

/** A test image and the training images nearest to it. */
export type NeighborPictures = {
  readonly query: Picture;
  /** The query's class. */
  readonly label: number;
  /** Nearest first. */
  readonly neighbors: readonly {
    readonly picture: Picture;
    readonly label: number;
    readonly cosine: number;
  }[];
};

/** Where the instance query looked. */
export type AttentionPictures = {
  readonly picture: Picture;
  /** One list a head: the weights on the N patches, row-major. */
  readonly heads: readonly Float32Array[];
};

/** A short list of named facts. */
export type FactList = {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
};

/** All that a report shows; plain data, so that it can be made without a run. */
export type ReportData = {
  readonly title: string;
  /** One line below the title: method, data, date. */
  readonly subtitle: string;
  readonly table: ProtocolTable;
  /** How the numbers of the table were made, a paragraph each. */
  readonly protocol: readonly string[];
  readonly curves: readonly Curve[];
  /** Side of a square patch in pixels. */
  readonly patchSize: number;
  readonly classNames: readonly string[];
  readonly masks: readonly MaskedPicture[];
  readonly neighbors: readonly NeighborPictures[];
  readonly attention: readonly AttentionPictures[];
  readonly facts: readonly FactList[];
  /** The whole configuration as text. */
  readonly config: string;
};
