import { CallServer } from "./_call_server.ts";
import { cases } from "./_cases.ts";
import { callOf, checkCall, scales } from "./_check_kernel.ts";
import type { KernelName } from "./_kernel_cases.ts";
import type { Target } from "./_target.ts";
import { buildVariant, obstacle, variants } from "./_variants.ts";
import { wasmTarget } from "./_wasm_target.ts";

const kernels = Object.keys(cases) as KernelName[];

/** Whether a target does all that it must; a slow one is spared the larger calls. */
async function checkAll(target: Target, kernel: KernelName, isSlow: boolean): Promise<void> {
  const { sizes, large } = cases[kernel]!;
  for (const size of sizes) {
    for (const scale of isSlow ? [1, 1e-40] : scales) {
      await checkCall(target, kernel, callOf(kernel, size, scale));
    }
    const { numInputs } = callOf(kernel, size, 1);
    for (let input = 0; input < numInputs; input++) {
      for (const value of [NaN, Infinity]) {
        await checkCall(target, kernel, callOf(kernel, size, 1, { input, value }));
      }
    }
  }
  if (!isSlow) { for (const size of large) await checkCall(target, kernel, callOf(kernel, size, 1)); }
}

for (const variant of variants) {
  const skipped = obstacle(variant);
  Deno.test({
    name: `the kernels are what float64 says on ${variant.name}${skipped}`,
    ignore: skipped !== "",
    fn: async (t) => {
      const folder = Deno.makeTempDirSync({ prefix: "lacuna_" });
      try {
        const command = await buildVariant(variant, folder);
        for (const kernel of kernels) {
          await t.step(kernel, async () => {
            await using server = new CallServer(variant.name, command, variant);
            await checkAll(server, kernel, !!variant.emulator);
          });
        }
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

for (const threads of [1, 3]) {
  Deno.test({
    name: `the kernels are what float64 says on WebAssembly with ${threads} threads`,
    sanitizeResources: false, // its workers stay
    sanitizeOps: false,
    fn: async (t) => {
      const target = await wasmTarget(threads);
      for (const kernel of kernels) await t.step(kernel, async () => await checkAll(target, kernel, false));
    },
  });
}
