/**
 * What the two sides of the loader's comparison are asked to do.
 * @module
 */

/** What both sides do: crops, flips, and normalized float32 batches. */
export type Work = {
  /** Workers, besides the process itself. */
  readonly numWorkers: number;
  /** Images of a batch. */
  readonly batchSize: number;
  /** Height and width of what comes out. */
  readonly size: number;
};

/** What `our_loader.ts` reads: the folder of the shards. */
export type OurSetup = Work & { readonly path: string };

/** What `peers/loader.py` reads, and how. */
export type PeerData = {
  /** JPEG files by class, tars of them, or one array of numpy's, decoded. */
  readonly data: "folder" | "webdataset" | "memmap";
  /** Folder or file. */
  readonly path: string;
  /** By Pillow, or by `torchvision.io` straight into a tensor. */
  readonly decode: "pil" | "torchvision";
  /** Of torchvision. */
  readonly transforms: "v1" | "v2";
  /** Whether workers hand over bytes, which become normalized floats a batch at a time. */
  readonly late: boolean;
};

/** What `peers/loader.py` does. */
export type PeerSetup = Work & PeerData;
