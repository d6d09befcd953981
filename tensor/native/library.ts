import { DeviceError } from "../device_error.ts";
import { type NativeFunctions, symbols } from "./ffi.ts";

/** Where the one built library lies, below the working folder; the permission `--allow-ffi` names this path. */
export const libraryPath = ".lacuna/native/kernels.so";

/** What was built, beside the library. */
export const buildRecordPath = ".lacuna/native/kernels.json";

/** What a library was built from; another value of any means that it must be built again. */
export type BuildRecord = {
  /** SHA-256 of the C sources. */
  readonly sources: string;
  /** SHA-256 of the kernels' names, parameters and results as TypeScript knows them. */
  readonly signatures: string;
  /** First line of the compiler's version. */
  readonly compiler: string;
  readonly flags: readonly string[];
  /** Feature bits of the processor, from the library itself. */
  readonly processor: readonly number[];
};

/**
 * Opens the built library.
 * @throws {DeviceError} If there is none, or it was built for another processor or by another version.
 * @throws {Deno.errors.NotCapable} If the program may not read the record or load the library.
 */
export async function openLibrary(): Promise<{ functions: NativeFunctions; record: BuildRecord }> {
  let record: BuildRecord;
  try {
    record = JSON.parse(await Deno.readTextFile(buildRecordPath));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new DeviceError(
      "the kernels are not built: run `deno task build`, elsewhere `jsr:@lacuna/tensor/build`, which needs a C compiler",
    );
  }
  if (await hashSignatures() !== record.signatures) {
    throw new DeviceError(
      "the kernels were built by another version: run `deno task build`, elsewhere `jsr:@lacuna/tensor/build`",
    );
  }
  const functions = loadLibrary(libraryPath);
  if (processorFeatures(functions).join() !== record.processor.join()) {
    throw new DeviceError("the kernels were built for another processor: run `deno task build` on this one");
  }
  return { functions, record };
}

/** SHA-256 of how the kernels are called. */
export async function hashSignatures(): Promise<string> {
  return await hash(JSON.stringify(symbols));
}

/** SHA-256 of a text, in hexadecimal. */
export async function hash(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

/** Loads a library without asking whether its kernels suit the processor. */
export function loadLibrary(path: string): NativeFunctions {
  return Deno.dlopen(path, symbols).symbols as unknown as NativeFunctions;
}

/** The feature bits of the processor that runs this. */
export function processorFeatures(functions: NativeFunctions): number[] {
  const words = new Uint32Array(8);
  functions.processor_features(words);
  return [...words];
}
