import { libraryPaths, openLibrary, type SystemLibrary } from "./_open_library.ts";
import { type Decompressed, type Decompression, putUint16, type TurboJpeg } from "./_turbo_jpeg.ts";
import { ImageError } from "./image_error.ts";

const symbols = {
  tjInitDecompress: { parameters: [], result: "pointer" },
  tjDecompress2: { // handle; jpeg, its length; pixels; width, bytes from row to row, height; pixel format, flags
    parameters: ["pointer", "buffer", "usize", "buffer", "i32", "i32", "i32", "i32", "i32"],
    result: "i32",
  },
  tjGetErrorCode: { parameters: ["pointer"], result: "i32" },
  tjGetErrorStr2: { parameters: ["pointer"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const WARNING = 0; // TJERR_WARNING: decoded as far as the file goes

/** The first thing that libjpeg finds behind a part, and tells only if it has found nothing else before. */
const REST_OF_FILE = /^Corrupt JPEG data: \d+ extraneous bytes before marker/;

/** The system's library, if the program may load it. */
export function openTurboNative(): TurboJpeg | undefined {
  const library = openLibrary(libraryPaths.turboJpeg, symbols);
  return library && new TurboNative(library);
}

class TurboNative implements TurboJpeg {
  readonly description: string;
  readonly tellsDamageOfParts = true;
  readonly #functions: Deno.DynamicLibrary<typeof symbols>["symbols"];
  readonly #handle: Deno.PointerValue;
  #copy = new Uint8Array();

  constructor({ path, functions }: SystemLibrary<typeof symbols>) {
    this.#functions = functions;
    this.#handle = this.#functions.tjInitDecompress();
    this.description = `libjpeg-turbo at ${path}`;
  }

  decompress({ jpeg, height, width, channels, format, pixels, part }: Decompression): Decompressed {
    const own = this.#ownBytes(jpeg, part);
    const size = BigInt(own.length);
    const pitch = width * channels;
    const { tjDecompress2, tjGetErrorCode, tjGetErrorStr2 } = this.#functions;
    if (tjDecompress2(this.#handle, own, size, pixels, width, pitch, height, format, 0) === 0) return {};
    const message = tjGetErrorStr2(this.#handle);
    const damage = message === null ? "no reason is given" : Deno.UnsafePointerView.getCString(message);
    if (tjGetErrorCode(this.#handle) === WARNING) {
      return part !== undefined && REST_OF_FILE.test(damage) ? {} : { damage };
    }
    throw new ImageError("data", `the JPEG file cannot be decoded (${damage})`);
  }

  /** The file where the library can read it: not in shared memory, and a copy where its header is to say something else. */
  #ownBytes(jpeg: Uint8Array, part: Decompression["part"]): Uint8Array<ArrayBuffer> {
    if (part === undefined && jpeg.buffer instanceof ArrayBuffer) return jpeg as Uint8Array<ArrayBuffer>;
    if (this.#copy.length < jpeg.length) this.#copy = new Uint8Array(2 * jpeg.length);
    const copy = this.#copy.subarray(0, jpeg.length);
    copy.set(jpeg);
    if (part !== undefined) putUint16(copy, part.at, part.height);
    return copy;
  }
}
