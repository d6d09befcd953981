import { ImageError } from "./image_error.ts";

/** What stands in the header of every format; sizes as the pixels are stored, before any rotation. */
type Stored = { readonly height: number; readonly width: number; readonly channels: 1 | 2 | 3 | 4 };

/** PNG: IHDR. */
export type PngHeader = Stored & {
  readonly format: "png";
  readonly bitDepth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  readonly colorType: number;
  readonly interlaced: boolean;
};

/** JPEG: SOF, and what lies before it. */
export type JpegHeader = Stored & {
  readonly format: "jpeg";
  readonly progressive: boolean;
  readonly components: 1 | 3 | 4;
  /** Where the file says its height, in two bytes. */
  readonly heightAt: number;
  /** Adobe's writers store the inverse of cyan, magenta, yellow and black. */
  readonly adobe: boolean;
  /** EXIF, 1…8; 1 is upright. */
  readonly orientation: number;
};

/** GIF: the logical screen. */
export type GifHeader = Stored & { readonly format: "gif" };

/** WebP: the canvas. */
export type WebpHeader = Stored & { readonly format: "webp"; readonly animated: boolean };

/** The header of any format. */
export type Header = PngHeader | JpegHeader | GifHeader | WebpHeader;

/** The numbers in some bytes; whoever asks beyond the end learns that the header is cut short. */
export class HeaderBytes {
  readonly #view: DataView;
  readonly #format: string;

  constructor(bytes: Uint8Array, format: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#format = format;
  }

  get length(): number {
    return this.#view.byteLength;
  }

  /** An unsigned number of 1, 2, 3 or 4 bytes. */
  uint(at: number, numBytes: 1 | 2 | 3 | 4, littleEndian = false): number {
    if (at < 0 || at + numBytes > this.length) {
      throw new ImageError(
        "header",
        `the ${this.#format} file ends after ${this.length} bytes, in its header`,
      );
    }
    let value = 0;
    for (let i = 0; i < numBytes; i++) {
      value = value * 256 + this.#view.getUint8(littleEndian ? at + numBytes - 1 - i : at + i);
    }
    return value;
  }

  /** Some ASCII characters. */
  text(at: number, length: number): string {
    return String.fromCharCode(...Array.from({ length }, (_, i) => this.uint(at + i, 1)));
  }
}

/** @throws {ImageError} If there is no pixel. */
export function requirePixels(format: string, height: number, width: number): void {
  if (height < 1 || width < 1) {
    throw new ImageError("header", `the ${format} file says that it has ${height} × ${width} pixels`);
  }
}
