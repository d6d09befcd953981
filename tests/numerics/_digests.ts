import { cases } from "./_cases.ts";
import { callOf, makeCall } from "./_check_kernel.ts";
import type { KernelName } from "./_kernel_cases.ts";
import type { Target } from "./_target.ts";

/** For every call that is cut into pieces a digest of all that was written, the first time and the second. */
export type Digests = Readonly<Record<string, readonly string[]>>;

/** Makes all those calls on a target. */
export async function digestsOn(target: Target): Promise<Digests> {
  const digests: Record<string, string[]> = {};
  for (const kernel of Object.keys(cases) as KernelName[]) {
    for (const size of cases[kernel]!.large) {
      const { call, name } = callOf(kernel, size, 1);
      const outputs = call.args.filter((arg) => arg instanceof Float32Array);
      const own = [];
      for (let time = 0; time < 2; time++) {
        const { after } = await makeCall(target, kernel, call);
        const bytes = await new Blob(outputs.map((output) => after.get(output)!)).arrayBuffer();
        own.push(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex());
      }
      digests[name] = own;
    }
  }
  return digests;
}
