import assert from "node:assert/strict";
import { symbols } from "../../tensor/native/ffi.ts";
import { hasNative, notBuilt } from "../_workplace.ts";
import { cases, notKernels } from "./_cases.ts";
import type { KernelName } from "./_kernel_cases.ts";
import { callOf, checkCall, scales } from "./_check_kernel.ts";
import { nativeTarget } from "./_native_target.ts";

Deno.test("every kernel has cases", () => {
  assert.deepEqual([...Object.keys(cases), ...notKernels].sort(), Object.keys(symbols).sort());
});

for (const kernel of Object.keys(cases) as KernelName[]) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${name}${hasNative ? "" : notBuilt}`, ignore: !hasNative, fn });
  const { sizes, large } = cases[kernel]!;

  test(`${kernel} is what float64 says, to within float32`, async () => {
    const target = nativeTarget();
    for (const scale of scales) {
      for (const size of sizes) await checkCall(target, kernel, callOf(kernel, size, scale));
    }
    for (const size of large) await checkCall(target, kernel, callOf(kernel, size, 1));
  });

  test(`${kernel} hands on what is not finite`, async () => {
    const target = nativeTarget();
    for (const size of sizes) {
      const { numInputs } = callOf(kernel, size, 1);
      for (let input = 0; input < numInputs; input++) {
        for (const value of [NaN, Infinity, -Infinity]) {
          await checkCall(target, kernel, callOf(kernel, size, 1, { input, value }));
        }
      }
    }
  });
}
