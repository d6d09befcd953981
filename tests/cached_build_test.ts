import assert from "node:assert/strict";
import type { BuildRecord } from "../tensor/native/library.ts";
import { denoRun } from "./_tasks.ts";
import { type Ended, ended, hasNative, notBuilt, root, Workplace } from "./_workplace.ts";

/** A checkout of the kernels alone, with the library that is built here. */
class Checkout extends Workplace {
  constructor() {
    super();
    Deno.mkdirSync(`${this.path}/tensor/native`, { recursive: true });
    const files = [...Deno.readDirSync(`${root}/tensor/native`)].map(({ name }) => `native/${name}`);
    for (const file of ["device_error.ts", ...files]) {
      Deno.copyFileSync(`${root}/tensor/${file}`, `${this.path}/tensor/${file}`);
    }
  }

  /** Where the library's record is. */
  get recordPath(): string {
    return `${this.path}/.lacuna/native/kernels.json`;
  }

  /** The library's record. */
  get record(): BuildRecord {
    return JSON.parse(Deno.readTextFileSync(this.recordPath));
  }

  /** Writes the record with some of it changed. */
  forge(changes: Partial<BuildRecord>): void {
    Deno.writeTextFileSync(this.recordPath, JSON.stringify({ ...this.record, ...changes }));
  }

  /** Leaves it to others to make fast kernels, as that takes time. */
  hurry(): void {
    const list = `${this.path}/tensor/native/c_sources.ts`;
    Deno.writeTextFileSync(list, Deno.readTextFileSync(list).replace('"-O3"', '"-O0"'));
  }

  /** `deno task build` in this folder. */
  async build(): Promise<Ended> {
    const { flags, script } = denoRun("build");
    const args = ["run", "--no-prompt", ...flags, script];
    const options = { cwd: this.path, env: { NO_COLOR: "1" }, stdout: "piped", stderr: "piped" } as const;
    return await ended(new Deno.Command(Deno.execPath(), { args, ...options }).spawn());
  }
}

/** The words of another processor. */
function other(words: readonly number[]): number[] {
  return words.map((word) => (word ^ 0x10010) >>> 0);
}

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `${name}${hasNative ? "" : notBuilt}`, ignore: !hasNative, fn });

test("a library from another processor is built again, and so is one from other flags or sources", async () => {
  using place = new Checkout();
  assert.match((await place.build()).out, /up to date/);
  place.hurry();
  assert.match((await place.build()).out, /Built native kernels/); // as the flags changed
  const { record } = place;
  const library = `${place.path}/.lacuna/native/kernels.so`;
  const spoilt: Record<string, () => void> = {
    processor: () => place.forge({ processor: other(record.processor) }),
    source: () =>
      Deno.writeTextFileSync(`${place.path}/tensor/native/gelu.c`, "// changed\n", { append: true }),
    signatures: () => place.forge({ signatures: "other" }),
    "record that was cut short": () => Deno.writeTextFileSync(place.recordPath, '{"sources":"'),
    "library that is none": () => Deno.writeTextFileSync(library, "not a library"),
  };
  for (const [what, spoil] of Object.entries(spoilt)) {
    spoil();
    const { code, out, error } = await place.build();
    assert.equal(code, 0, `${what}: ${error}`);
    assert.match(out, /Built native kernels/, what);
    assert.deepEqual(place.record.processor, record.processor, what);
  }
  assert.match((await place.build()).out, /up to date/);
});

test("the device refuses a library from another processor or version, and says what to do", async () => {
  using place = new Checkout();
  const { processor } = place.record;
  place.forge({ processor: other(processor) });
  const elsewhere = await place.run("doctor", []);
  assert.match(
    elsewhere.out + elsewhere.error,
    /native.*built for another processor: run `deno task build` on this one/,
  );
  place.forge({ processor, signatures: "other" });
  const earlier = await place.run("doctor", []);
  assert.match(earlier.out + earlier.error, /native.*built by another version: run `deno task build`/);
});

/** Asks a library for the processor's words, then computes with it. */
const asker = `#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
int main(int count, char **args) {
  void *library = dlopen(args[1], RTLD_NOW);
  if (!library) return 2;
  uint32_t words[8];
  ((void (*)(uint32_t *))dlsym(library, "processor_features"))(words);
  for (int i = 0; i < 8; i++) printf("%u ", words[i]);
  fflush(stdout);
  float x[64] = {1};
  if (count > 2) ((void (*)(float *, float *, size_t))dlsym(library, "gelu_f32"))(x, x, 64);
  return 0;
}
`;

const plain = "Nehalem"; // a model of processor that has no AVX
const emulator = "qemu-x86_64";

/** Why the library cannot be tried on an emulated processor, or "". */
function obstacle(): string {
  if (!hasNative) return notBuilt;
  if (Deno.build.arch !== "x86_64" || Deno.build.os !== "linux") return " (skipped: no x86-64 Linux)";
  try {
    new Deno.Command(emulator, { args: ["--version"], stdout: "null" }).outputSync();
    return "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return ` (skipped: no ${emulator})`;
    throw error;
  }
}

Deno.test({
  name:
    `on a processor without the kernels' instructions the library still says which processor it is${obstacle()}`,
  ignore: obstacle() !== "",
  fn: async () => {
    using place = new Checkout();
    const program = `${place.path}/asker`;
    Deno.writeTextFileSync(`${program}.c`, asker);
    const run = (...command: string[]) => {
      const [name, ...args] = command as [string, ...string[]];
      return ended(new Deno.Command(name, { args, stdout: "piped", stderr: "piped" }).spawn());
    };
    const compiled = await run("cc", `${program}.c`, "-o", program, "-ldl");
    assert.equal(compiled.code, 0, compiled.error);
    const library = `${place.path}/.lacuna/native/kernels.so`;
    const here = await run(program, library, "compute");
    assert.deepEqual(here, { code: 0, out: `${place.record.processor.join(" ")} `, error: "" });
    const there = await run(emulator, "-cpu", plain, program, library);
    assert.equal(there.code, 0, there.error); // not one instruction that it lacks, from loading on
    assert.notEqual(there.out, here.out); // so the device refuses it
    const reckless = await run(emulator, "-cpu", plain, program, library, "compute");
    const usesMore = /avx/.test((await run("cat", "/proc/cpuinfo")).out);
    assert.equal(reckless.code !== 0, usesMore, "the emulated processor should lack what the kernels use");
  },
});
