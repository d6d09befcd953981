import { packageBytes } from "./_package_bytes.ts";
import { type Decompressed, type Decompression, putUint16, type TurboJpeg } from "./_turbo_jpeg.ts";
import { type WasmMemory, writeTo } from "./_wasm_memory.ts";
import { ImageError } from "./image_error.ts";

type Exports = WasmMemory & {
  readonly tjInitDecompress: () => number;
  readonly tjDecompress2: ( // as in _turbo_native.ts
    handle: number,
    jpeg: number,
    length: number,
    pixels: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ) => number;
};

const wasm = await packageBytes("npm:@cwasm/jpeg-turbo@0.1.3/jpeg-turbo.wasm");
let module: WebAssembly.Module | undefined;

/** Where libjpeg gives up: in C it jumps out, here it throws. What it leaves behind is gone with its instance. */
class GaveUp extends Error {}

/** libjpeg-turbo in WebAssembly: plain code without vector instructions. */
export class TurboWasm implements TurboJpeg {
  readonly description = "libjpeg-turbo in WebAssembly";
  readonly tellsDamageOfParts = false;
  #exports: Exports | undefined;
  #handle = 0;

  decompress(decompression: Decompression): Decompressed {
    try {
      return this.#decompress(decompression);
    } catch (cause) {
      this.#exports = undefined;
      if (!(cause instanceof GaveUp || cause instanceof WebAssembly.RuntimeError)) throw cause;
      throw new ImageError("data", "the JPEG file cannot be decoded", { cause });
    } finally {
      if (this.#exports !== undefined && this.#exports.memory.buffer.byteLength > 2 ** 26) {
        this.#exports = undefined; // memory never shrinks
      }
    }
  }

  #decompress({ jpeg, height, width, channels, format, pixels, part }: Decompression): Decompressed {
    const exports = this.#instance();
    const size = height * width * channels;
    const [input, output] = [exports.malloc(jpeg.length), exports.malloc(size)];
    if (input === 0 || output === 0) throw new GaveUp(`no memory for ${jpeg.length + size} bytes`);
    writeTo(exports, input, jpeg);
    if (part !== undefined) putUint16(new Uint8Array(exports.memory.buffer), input + part.at, part.height);
    const pitch = width * channels;
    const status = exports.tjDecompress2(
      this.#handle,
      input,
      jpeg.length,
      output,
      width,
      pitch,
      height,
      format,
      0,
    );
    pixels.set(new Uint8Array(exports.memory.buffer, output, size));
    exports.free(input);
    exports.free(output);
    return status === 0 ? {} : { damage: "its data end early or contradict themselves" };
  }

  #instance(): Exports {
    if (this.#exports !== undefined) return this.#exports;
    module ??= new WebAssembly.Module(wasm);
    const none = () => 0;
    const { exports } = new WebAssembly.Instance(module, {
      env: {
        setjmp: none,
        longjmp: () => {
          throw new GaveUp("libjpeg-turbo found an error that it cannot pass over");
        },
      },
      wasi_snapshot_preview1: {
        proc_exit: none,
        environ_sizes_get: none,
        environ_get: none,
        fd_close: none,
        fd_seek: none,
        fd_write: none,
      },
    });
    this.#exports = exports as Exports;
    this.#handle = this.#exports.tjInitDecompress();
    return this.#exports;
  }
}
