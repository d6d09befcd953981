import { CallServer } from "./_call_server.ts";
import { cases } from "./_cases.ts";
import type { KernelName } from "./_kernel_cases.ts";
import { callOf, checkCall, scales } from "./_check_kernel.ts";
import { buildVariant, obstacle, type Variant, variants } from "./_variants.ts";

/** Whether a target does all that it must; an emulated one is spared the larger calls. */
async function checkAll(target: CallServer, kernel: KernelName, { emulator }: Variant): Promise<void> {
  const { sizes, large } = cases[kernel]!;
  for (const size of sizes) {
    for (const scale of emulator ? [1, 1e-40] : scales) {
      await checkCall(target, kernel, callOf(kernel, size, scale));
    }
    const { numInputs } = callOf(kernel, size, 1);
    for (let input = 0; input < numInputs; input++) {
      for (const value of [NaN, Infinity]) {
        await checkCall(target, kernel, callOf(kernel, size, 1, { input, value }));
      }
    }
  }
  if (!emulator) { for (const size of large) await checkCall(target, kernel, callOf(kernel, size, 1)); }
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
        for (const kernel of Object.keys(cases) as KernelName[]) {
          await t.step(kernel, async () => {
            await using server = new CallServer(variant.name, command, variant);
            await checkAll(server, kernel, variant);
          });
        }
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
