import { type ImageViewsCall, registerImageKernels } from "../ops/image_kernels.ts";
import type { SourceImage } from "../ops/image_views.ts";
import type { NativeFunctions } from "./ffi.ts";
import type { Block, Memory } from "./memory.ts";

/** On which threads a call runs: all, the caller's, or one that will not come again. */
const [onAll, onCaller, onPassing] = [0, 1, 2];

/**
 * Registers the compiled kernels for images under a device's name. Asynchronous calls run on a thread of Deno's own; where there is no such
 * function, as in WebAssembly, they run at once.
 * @param memory Where the device's kernels work.
 */
export function registerCompiledImageKernels(name: string, native: NativeFunctions, memory: Memory): void {
  const views = (call: ImageViewsCall, alone: boolean): number => {
    const threads = alone ? onCaller : onAll;
    return memory.reachesAll
      ? native.image_views_f32(...argumentsOf(call, tableOf(native, call)), threads)
      : runInside(memory, native, call, threads);
  };
  registerImageKernels(name, {
    views,
    viewsAsync: "image_views_f32_async" in native
      ? async (call) => {
        const table = tableOf(native, call);
        const status = await native.image_views_f32_async(...argumentsOf(call, table), onPassing);
        keep(call, table);
        return status;
      }
      : (call) => Promise.resolve(views(call, false)),
  });
}

/** Whatever the kernel has only the addresses of must live until here. */
function keep(..._values: readonly object[]): void {}

type Arguments = Parameters<NativeFunctions["image_views_f32"]> extends [...infer All, unknown] ? All : never;

function argumentsOf(
  { segments, steps, statistics, out, sizes }: ImageViewsCall,
  table: Float32Array,
): Arguments {
  return [table, segments, steps, statistics, out, ...sizes] as Arguments; // any memory will do, shared too
}

/** In floats: two addresses and two sizes of up to 64 bits. */
const imageFloats = 8;

/** The images as image_views.c knows them. */
function tableOf(native: NativeFunctions, { images }: ImageViewsCall): Float32Array {
  const table = new Float32Array(imageFloats * images.length);
  for (const [b, image] of images.entries()) setImage(native, table, b, image, image.pixels);
  return table;
}

function setImage(
  native: NativeFunctions,
  table: Float32Array,
  b: number,
  { height, width }: SourceImage,
  pixels: Uint8Array | Float32Array,
): void {
  const kinds = pixels instanceof Uint8Array ? [pixels, null] as const : [null, pixels] as const;
  const [bytes, floats] = kinds as [Uint8Array<ArrayBuffer> | null, Float32Array<ArrayBuffer> | null];
  native.set_image(table as Float32Array<ArrayBuffer>, b, bytes, floats, height, width);
}

/** Copies the pixels in and the views out, each once: of an argument that lies elsewhere, nobody could tell which it is. */
function runInside(memory: Memory, native: NativeFunctions, call: ImageViewsCall, threads: number): number {
  const { images } = call;
  const starts = images.map(() => 0);
  const size = images.reduce((sum, { pixels }, b) => (starts[b] = sum) + Math.ceil(pixels.byteLength / 4), 0);
  const [pixels, out, table] = [size, call.out.length, imageFloats * images.length]
    .map((length) => memory.take(length)) as [Block, Block, Block];
  try {
    for (const [b, image] of images.entries()) {
      const { buffer, byteOffset } = pixels.values;
      const place = byteOffset + 4 * starts[b]!;
      const { length } = image.pixels;
      const isBytes = image.pixels instanceof Uint8Array;
      const inside = isBytes
        ? new Uint8Array(buffer, place, length)
        : new Float32Array(buffer, place, length);
      inside.set(image.pixels);
      setImage(native, table.values, b, image, inside);
    }
    const inside = { ...call, out: out.values };
    const status = native.image_views_f32(...argumentsOf(inside, table.values), threads);
    call.out.set(out.values); // which may have moved
    return status;
  } finally {
    for (const block of [pixels, out, table]) memory.give(block);
  }
}
