import assert from "node:assert/strict";
import { hasNative, notBuilt, root } from "../_workplace.ts";
import { seed } from "./_check_kernel.ts";

type Printed = { readonly numThreads: number; readonly digests: Readonly<Record<string, readonly string[]>> };

/** What every kernel writes in a process of so many threads. */
async function digests(numThreads: number): Promise<Printed> {
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

Deno.test({
  name: `every kernel gives the same bits for one, two, three and five threads, and again${
    hasNative ? "" : notBuilt
  }`,
  ignore: !hasNative,
  fn: async () => {
    const one = await digests(1);
    assert.equal(one.numThreads, 1);
    assert.ok(Object.keys(one.digests).length > 0);
    for (const [name, [first, second]] of Object.entries(one.digests)) assert.equal(first, second, name);
    for (const numThreads of [2, 3, 5]) {
      const several = await digests(numThreads);
      assert.deepEqual(several, { ...one, numThreads });
    }
  },
});
