/**
 * Prints how many threads the kernels have here and, of every call that is cut into pieces, a digest of all that was written.
 *
 * @module
 */
import { libraryPath, loadLibrary } from "../../tensor/native/library.ts";
import { cases } from "./_cases.ts";
import { callOf, makeCall } from "./_check_kernel.ts";
import type { KernelName } from "./_kernel_cases.ts";
import { nativeTarget } from "./_native_target.ts";

const target = nativeTarget();
const digests: Record<string, string[]> = {};
for (const kernel of Object.keys(cases) as KernelName[]) {
  for (const size of cases[kernel]!.large) {
    const { call, name } = callOf(kernel, size, 1);
    const outputs = new Set(call.args.filter((arg) => arg instanceof Float32Array));
    digests[name] = [];
    for (let time = 0; time < 2; time++) {
      const { after } = await makeCall(target, kernel, call);
      const bytes = [...after].flatMap(([arg, bytes]) => outputs.has(arg as Float32Array) ? [bytes] : []);
      const digest = await crypto.subtle.digest("SHA-256", await new Blob(bytes).arrayBuffer());
      digests[name].push(new Uint8Array(digest).toHex());
    }
  }
}
console.log(JSON.stringify({ numThreads: loadLibrary(libraryPath).num_threads(), digests }));
