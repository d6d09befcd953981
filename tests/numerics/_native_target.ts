import { libraryPath, loadLibrary } from "../../tensor/native/library.ts";
import type { Target } from "./_target.ts";

/** The library that `deno task build` built, by FFI. */
export function nativeTarget(): Target {
  const functions = loadLibrary(libraryPath) as unknown as Record<string, (...args: unknown[]) => unknown>;
  return {
    name: "native",
    isChecked: false,
    run: (calls) => {
      const results = calls.map(({ kernel, args }) =>
        functions[kernel]!(
          ...args.map((arg) =>
            arg === null || typeof arg === "number" ? arg : arg.bytes.subarray(arg.offset)
          ),
        )
      );
      return Promise.resolve(Number(results.at(-1) ?? 0));
    },
  };
}
