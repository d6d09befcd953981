import { type ImageViewsCall, registerImageKernels } from "../ops/image_kernels.ts";
import type { NativeFunctions } from "./ffi.ts";
import type { Memory } from "./memory.ts";

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
    if (!memory.reachesAll) return runInside(memory, native, call, threads);
    return native.image_views_f32(...argumentsOf(call, join(call), call.out), threads);
  };
  registerImageKernels(name, {
    views,
    viewsAsync: "image_views_f32_async" in native
      ? (call) => native.image_views_f32_async(...argumentsOf(call, join(call), call.out), onPassing)
      : (call) => Promise.resolve(views(call, false)),
  });
}

type Values = Uint8Array | Float32Array;
type Arguments = Parameters<NativeFunctions["image_views_f32"]> extends [...infer All, unknown] ? All : never;

/** All images' pixels in one array, and where in it each one starts. */
type Pixels = { readonly values: Values; readonly offsets: readonly number[] };

function argumentsOf(
  { images, segments, steps, statistics, sizes }: ImageViewsCall,
  { values, offsets }: Pixels,
  out: Float32Array,
): Arguments {
  const table = Int32Array.from(images.flatMap(({ height, width }, b) => [offsets[b]!, height, width]));
  const kinds = values instanceof Uint8Array ? [values, null] as const : [null, values] as const;
  return [...kinds, table, segments, steps, statistics, out, ...sizes] as Arguments; // any memory will do, shared too
}

/** The pixels as they lie, if they are close together in one piece of memory, else copied together. */
function join({ images }: ImageViewsCall): Pixels {
  const all = images.map(({ pixels }) => pixels);
  const { buffer, BYTES_PER_ELEMENT: unit } = all[0]!;
  const start = Math.min(...all.map(({ byteOffset }) => byteOffset));
  const end = Math.max(...all.map(({ byteOffset, byteLength }) => byteOffset + byteLength));
  const used = all.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (end - start <= 2 * used && all.every((values) => values.buffer === buffer)) {
    const offsets = all.map(({ byteOffset }) => checked((byteOffset - start) / unit));
    return { values: arrayLike(all[0]!, buffer, start, (end - start) / unit), offsets };
  }
  const values = arrayLike(all[0]!, new ArrayBuffer(used), 0, used / unit);
  return { values, offsets: copyAll(all, values) };
}

/** Copies the pixels in and the views out, each once: of an argument that lies elsewhere, nobody could tell which it is. */
function runInside(memory: Memory, native: NativeFunctions, call: ImageViewsCall, threads: number): number {
  const all = call.images.map(({ pixels }) => pixels);
  const size = all.reduce((sum, { length }) => sum + length, 0);
  const place = memory.take(Math.ceil(size * all[0]!.BYTES_PER_ELEMENT / 4));
  const out = memory.take(call.out.length);
  try {
    const { buffer, byteOffset } = place.values;
    const values = arrayLike(all[0]!, buffer, byteOffset, size);
    const offsets = copyAll(all, values);
    const status = native.image_views_f32(...argumentsOf(call, { values, offsets }, out.values), threads);
    call.out.set(out.values); // which may have moved
    return status;
  } finally {
    memory.give(place);
    memory.give(out);
  }
}

function arrayLike(like: Values, buffer: ArrayBufferLike, start: number, length: number): Values {
  return like instanceof Uint8Array
    ? new Uint8Array(buffer, start, length)
    : new Float32Array(buffer, start, length);
}

/** Copies arrays one after the other; where each one starts. */
function copyAll(all: readonly Values[], to: Values): number[] {
  let length = 0;
  return all.map((values) => {
    const at = checked(length);
    to.set(values, at);
    length += values.length;
    return at;
  });
}

const mostOffset = 2 ** 31 - 1;

function checked(offset: number): number {
  if (offset > mostOffset) {
    throw new RangeError("Cannot make views of more than 2 GiB of pixels at once: pass fewer");
  }
  return offset;
}
