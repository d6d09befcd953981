import { type ArrayKernels, type AugmentCall, registerArrayKernels } from "../ops/array_kernels.ts";
import type { NativeFunctions } from "./ffi.ts";
import type { Memory } from "./memory.ts";

/** Registers the compiled kernels for plain arrays under a device's name. */
export function registerCompiledArrayKernels(name: string, native: NativeFunctions, memory: Memory): void {
  registerArrayKernels(name, memory.reachesAll ? inPlace(native) : byCopies(native, memory));
}

/** On the arrays themselves; asynchronous calls run on a thread of Deno's own. */
function inPlace(native: NativeFunctions): ArrayKernels {
  return {
    augment({ pixels, edits, statistics, work, out, sizes }) {
      native.augment_f32(pixels, edits, statistics, work, out, ...sizes);
    },
    augmentAsync({ pixels, edits, statistics, work, out, sizes }) {
      return native.augment_f32_async(pixels, edits, statistics, work, out, ...sizes);
    },
  };
}

/** On copies in the kernels' memory, at once. */
function byCopies(native: NativeFunctions, memory: Memory): ArrayKernels {
  const augment = ({ pixels, edits, statistics, work, out, sizes }: AugmentCall): void => {
    const lengths = [Math.ceil(pixels.length / 4), edits.length, statistics.length, work.length, out.length];
    const blocks = lengths.map((length) => memory.take(length));
    const [bytes, edit, statistic, working, result] = blocks.map((block) => block.values); // after every allocation
    const images = new Uint8Array(bytes!.buffer, bytes!.byteOffset, pixels.length);
    images.set(pixels);
    edit!.set(edits);
    statistic!.set(statistics);
    native.augment_f32(images, edit!, statistic!, working!, result!, ...sizes);
    out.set(result!);
    for (const block of blocks) memory.give(block);
  };
  return { augment, augmentAsync: (call) => Promise.resolve(augment(call)) };
}
