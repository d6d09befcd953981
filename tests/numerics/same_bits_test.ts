import assert from "node:assert/strict";
import { hasNative, notBuilt, root } from "../_workplace.ts";
import { seed } from "./_check_kernel.ts";
import { type Digests, digestsOn } from "./_digests.ts";
import { wasmTarget } from "./_wasm_target.ts";

/** What every kernel writes in a process of so many threads. */
async function printed(numThreads: number): Promise<{ numThreads: number; digests: Digests }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-read=.lacuna", "--allow-ffi=.lacuna/native/kernels.so"],
      ...[`${import.meta.dirname}/_print_digests.ts`, `--seed=${seed}`],
    ],
    cwd: root,
    env: { OMP_NUM_THREADS: `${numThreads}`, NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Asserts that there are calls, and that the first and the second of each wrote the same. */
function assertRepeats(digests: Digests): void {
  assert.ok(Object.keys(digests).length > 0);
  for (const [name, [first, second]] of Object.entries(digests)) assert.equal(first, second, name);
}

Deno.test({
  name: `native kernels give the same bits for one, two, three and five threads, and again${
    hasNative ? "" : notBuilt
  }`,
  ignore: !hasNative,
  fn: async () => {
    const one = await printed(1);
    assert.equal(one.numThreads, 1);
    assertRepeats(one.digests);
    for (const numThreads of [2, 3, 5]) assert.deepEqual(await printed(numThreads), { ...one, numThreads });
  },
});

Deno.test({
  name: "WebAssembly kernels give the same bits for one, two and three threads, and again",
  sanitizeResources: false, // its workers stay
  sanitizeOps: false,
  fn: async () => {
    const one = await digestsOn(await wasmTarget(1));
    assertRepeats(one);
    for (const threads of [2, 3]) assert.deepEqual(await digestsOn(await wasmTarget(threads)), one);
  },
});
