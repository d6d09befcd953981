import { openTurboNative } from "./_turbo_native.ts";
import { TurboWasm } from "./_turbo_wasm.ts";

/** How libjpeg-turbo lays out a pixel: TJPF_… of its header turbojpeg.h. */
export const pixelFormat = { rgb: 0, gray: 6, rgba: 7, cmyk: 11 } as const;

/** What is to be decompressed to what. */
export type Decompression = {
  /** The file. */
  readonly jpeg: Uint8Array;
  /** Of the output: the image's as `part` has it, or that divided by 2, 4 or 8 and rounded up. */
  readonly height: number;
  /** Of the output. */
  readonly width: number;
  /** Of the output: 1, 3 or 4. */
  readonly channels: number;
  /** Of the output. */
  readonly format: typeof pixelFormat[keyof typeof pixelFormat];
  /** Where the pixels go, at least [H, W, C]. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Pretends that the image has only `height` rows, which its frame header says in two bytes at `at`. */
  readonly part?: { readonly at: number; readonly height: number };
};

/** If the file is damaged and was decoded as far as it goes, what is wrong with it. */
export type Decompressed = { readonly damage?: string };

/** libjpeg-turbo in one form or the other: both compute with the same integers. */
export type TurboJpeg = {
  /** For a reader. */
  readonly description: string;
  /** Whether it knows damage from the rest of the file that lies behind a part. */
  readonly tellsDamageOfParts: boolean;
  /** @throws {ImageError} If nothing can be decoded. */
  readonly decompress: (decompression: Decompression) => Decompressed;
};

/** Writes a number of two bytes as JPEG does. */
export function putUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

let opened: TurboJpeg | undefined;

/** The system's library if there is one that may be loaded, otherwise the one in WebAssembly; opened once in each thread. */
export function turboJpeg(): TurboJpeg {
  return opened ??= openTurboNative() ?? new TurboWasm();
}
