import { packageBytes } from "./_package_bytes.ts";
import { libraryPaths, openLibrary, type SystemLibrary } from "./_open_library.ts";
import type { WebpHeader } from "./_header.ts";
import type { RawImage } from "./_raw_image.ts";
import { type WasmMemory, writeTo } from "./_wasm_memory.ts";
import { ImageError } from "./image_error.ts";

type Exports = WasmMemory & {
  /** The pixels of a file, or 0; the size as two numbers of 32 bits. */
  readonly WebPDecodeRGBA: (webp: number, length: number, width: number, height: number) => number;
};

const wasm = await packageBytes("npm:@cwasm/webp@0.1.5/webp.wasm");
let module: WebAssembly.Module | undefined;

const symbols = {
  WebPDecodeRGBAInto: { // file, its length; pixels, their length, bytes from row to row; null if it fails
    parameters: ["buffer", "usize", "buffer", "usize", "i32"],
    result: "pointer",
  },
} as const satisfies Deno.ForeignLibraryInterface;

let opened: SystemLibrary<typeof symbols> | null | undefined;

/** The pixels of a WebP file with colour and alpha, by the system's libwebp or the one in WebAssembly. */
export function decodeWebp(bytes: Uint8Array, header: WebpHeader): RawImage {
  if (header.animated) throw new ImageError("supported", "the WebP file is animated; still ones are decoded");
  opened ??= openLibrary(libraryPaths.webp, symbols) ?? null;
  return opened === null ? decodeInWasm(bytes, header) : decodeBySystem(bytes, header, opened);
}

function decodeBySystem(
  bytes: Uint8Array,
  { height, width }: WebpHeader,
  { functions }: SystemLibrary<typeof symbols>,
): RawImage {
  const own = bytes.buffer instanceof ArrayBuffer ? bytes as Uint8Array<ArrayBuffer> : new Uint8Array(bytes); // not shared
  const pixels = new Uint8Array(height * width * 4);
  const sizes = [BigInt(own.length), BigInt(pixels.length)] as const;
  const found = functions.WebPDecodeRGBAInto(own, sizes[0], pixels, sizes[1], 4 * width);
  if (found === null) throw new ImageError("data", "the WebP file is cut short or damaged");
  return { height, width, channels: 4, pixels };
}

/** A fresh instance for each file, whatever the last one did to its memory. */
export function decodeInWasm(bytes: Uint8Array, { height, width }: WebpHeader): RawImage {
  const exports = instance();
  const [input, size] = [exports.malloc(bytes.length), exports.malloc(8)];
  if (input === 0) {
    throw new ImageError("data", `the WebP file of ${bytes.length} bytes does not fit into memory`);
  }
  writeTo(exports, input, bytes);
  let output = 0;
  try {
    output = exports.WebPDecodeRGBA(input, bytes.length, size, size + 4);
  } catch (cause) {
    throw new ImageError("data", "the WebP file cannot be decoded", { cause });
  }
  if (output === 0) throw new ImageError("data", "the WebP file is cut short or damaged");
  const [foundWidth, foundHeight] = new Uint32Array(exports.memory.buffer, size, 2);
  if (foundWidth !== width || foundHeight !== height) {
    const found = `the WebP file says ${height} × ${width} pixels and has ${foundHeight} × ${foundWidth}`;
    throw new ImageError("data", found);
  }
  return {
    height,
    width,
    channels: 4,
    pixels: new Uint8Array(exports.memory.buffer, output, height * width * 4).slice(),
  };
}

function instance(): Exports {
  module ??= new WebAssembly.Module(wasm);
  const none = () => 0;
  const wasi = { fd_seek: none, fd_close: none, fd_write: none };
  return new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi }).exports as Exports;
}
