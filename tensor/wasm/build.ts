/**
 * Builds the kernels for WebAssembly from the same C sources: `deno task build:wasm`, which needs clang and wasm-ld (Debian:
 * `clang-19`, `lld-19`). What it writes is part of the repository, so that nobody else needs a compiler.
 *
 * @module
 */
import { headers, kernelSources, portableSource } from "../native/c_sources.ts";
import { findCompiler } from "../native/find_compiler.ts";
import { kernelNames } from "./kernel_names.ts";
import { variants } from "./variants.ts";

const libc = ["string.h"];
const folder = ".lacuna/wasm"; // for work, below the working folder

/** Commands that may be the compiler, the one that it should be first. */
export const compilers: readonly string[] = ["clang-19", "clang"];

const compileFlags = [
  "--target=wasm32",
  "-nostdlib",
  "-std=gnu11",
  "-O3",
  "-fno-math-errno",
  "-ffp-contract=fast",
  "-fvisibility=hidden",
  "-mbulk-memory",
  "-mmutable-globals",
  "-msimd128",
];
const relaxedFlags = ["-mrelaxed-simd"];
const threadFlags = ["-matomics"];

/** Beside the kernels: the memory's end, how many threads to expect, and what makes an instance a thread. */
const ownSymbols = ["take_memory", "help_forever"];
const threadSymbols = ["__stack_pointer", "__tls_size", "__wasm_init_tls"];
const linkFlags = [
  "-Wl,--no-entry",
  "-Wl,--import-memory",
  "-Wl,--max-memory=4294967296",
  "-Wl,--stack-first", // an overflow traps
  "-Wl,-z,stack-size=262144",
  "-Wl,--strip-all",
  ...[...kernelNames(), ...ownSymbols].map((name) => `-Wl,--export=${name}`),
];
const threadLinkFlags = [
  "-Wl,--shared-memory",
  ...threadSymbols.map((name) => `-Wl,--export=${name}`),
];

/** What a built module was made from. */
export type WasmBuild = {
  /** SHA-256 of the C sources and the flags. */
  readonly sources: string;
  /** First line of the compiler's version. */
  readonly compiler: string;
};

/** The C sources by name. */
async function readSources(): Promise<Map<string, string>> {
  const kernels = kernelSources.map((name) => name === "platform_posix.c" ? "platform_wasm.c" : name);
  const paths = [
    ...[...headers, ...kernels, portableSource].map((name) => `../native/${name}`),
    ...libc.map((name) => `libc/${name}`),
  ];
  const texts = new Map<string, string>();
  for (const path of paths) {
    texts.set(path.split("/").at(-1)!, await Deno.readTextFile(new URL(path, import.meta.url)));
  }
  return texts;
}

/** The flags of one variant. */
function flagsOf({ isRelaxed, hasThreads }: { isRelaxed: boolean; hasThreads: boolean }): string[] {
  return [
    ...compileFlags,
    ...isRelaxed ? relaxedFlags : [],
    ...hasThreads ? threadFlags : [],
    ...linkFlags,
    ...hasThreads ? threadLinkFlags : [],
  ];
}

/** SHA-256 of everything a build is made from but the compiler. */
export async function hashSources(): Promise<string> {
  const made = [...await readSources(), variants.map((variant) => [variant.name, flagsOf(variant)])];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(made)));
  return new Uint8Array(digest).toHex();
}

/**
 * Compiles every variant.
 * @returns The modules by name.
 * @throws {Error} If the compiler or the linker complains.
 */
export async function buildModules(command: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  await Deno.mkdir(folder, { recursive: true });
  const work = await Deno.makeTempDir({ dir: folder });
  try {
    const texts = await readSources();
    for (const [name, text] of texts) await Deno.writeTextFile(`${work}/${name}`, text);
    const inputs = [...texts.keys()].filter((name) => name.endsWith(".c"));
    const modules = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const variant of variants) {
      const args = [...flagsOf(variant), "-isystem", ".", ...inputs, "-o", "kernels.wasm"];
      const { success, stderr } = await new Deno.Command(command, { args, cwd: work }).output();
      if (!success) throw new Error(`${command} failed:\n${new TextDecoder().decode(stderr)}`);
      modules.set(variant.name, await Deno.readFile(`${work}/kernels.wasm`));
    }
    return modules;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Builds every variant and writes it as a TypeScript module, which needs no permission to be read anywhere. */
async function main(): Promise<void> {
  const compiler = await findCompiler(compilers);
  if (!compiler) throw new Error(`None of ${compilers.join(", ")} was found: install clang and lld`);
  const sources = await hashSources();
  for (const [name, module] of await buildModules(compiler.command)) {
    const text = `// deno-fmt-ignore-file
// Written by "deno task build:wasm": change the C sources instead.
import type { WasmBuild } from "./build.ts";

/** What this was made from. */
export const build: WasmBuild = ${JSON.stringify({ sources, compiler: compiler.version })};

/** The kernels' module, in base64. */
export const base64: string = "${module.toBase64()}";
`;
    await Deno.writeTextFile(new URL(`kernels_${name}.ts`, import.meta.url), text);
    console.log(
      `Built kernels_${name}.ts, ${(module.length / 1024).toFixed(0)} KiB, with ${compiler.version}`,
    );
  }
}

if (import.meta.main) await main();
