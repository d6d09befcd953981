/**
 * What the columns of a data set hold.
 * @module
 */

/** One column: its name, and what each of its values is. No value is ever missing. */
export type Column =
  | ImageColumn
  | LabelColumn
  | WaveformColumn
  | { readonly name: string; readonly kind: "encodedImage" } // PNG, JPEG, WebP or GIF: Binary
  | { readonly name: string; readonly kind: "encodedAudio" } // WAV or FLAC: Binary
  | { readonly name: string; readonly kind: "text" } // Utf8
  | { readonly name: string; readonly kind: "tokens" } // indices into a vocabulary: List<Int32>
  | { readonly name: string; readonly kind: "number" }; // Float64

/** Pixels 0…255, all of one size: a fixed-shape tensor of uint8. */
export type ImageColumn = {
  /** Of the column. */
  readonly name: string;
  /** Of the values. */
  readonly kind: "image";
  /** [H, W, C]. */
  readonly shape: readonly [height: number, width: number, channels: number];
};

/** Classes as Int32, 0…numClasses − 1. */
export type LabelColumn = {
  /** Of the column. */
  readonly name: string;
  /** Of the values. */
  readonly kind: "label";
  /** What each label means; empty if nobody has said. */
  readonly classNames: readonly string[];
};

/** Samples of a sound, −1…1: List<Float32>. */
export type WaveformColumn = {
  /** Of the column. */
  readonly name: string;
  /** Of the values. */
  readonly kind: "waveform";
  /** In Hz. */
  readonly sampleRate: number;
};
