/**
 * Builds the native kernels with the system's C compiler: `deno task build`. Without a compiler it says so and ends well, as the
 * portable device then does the work.
 *
 * @module
 */
import { compileKernels } from "./compile_kernels.ts";
import { commonFlags, headers, kernelSources, linkFlags, nativeFlag, portableSource } from "./c_sources.ts";
import { type Compiler, findCompiler } from "./find_compiler.ts";
import {
  type BuildRecord,
  buildRecordPath,
  hash,
  hashSignatures,
  libraryPath,
  loadLibrary,
  processorFeatures,
} from "./library.ts";

const folder = ".lacuna/native";

/** The C sources by name, next to this file or wherever this module was published. */
async function readSources(): Promise<Map<string, string>> {
  const names = [...headers, portableSource, ...kernelSources];
  const read = async (name: string) => await (await fetch(new URL(name, import.meta.url))).text();
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

/** What there is of a build: the record of the library at hand, if it can be read. */
async function readRecord(): Promise<BuildRecord | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(buildRecordPath));
  } catch {
    return undefined; // missing or cut short: build it
  }
}

/** Whether the library at hand was built from the same things, on a processor like this one; no other is opened. */
async function isUpToDate(inputs: Omit<BuildRecord, "processor">): Promise<boolean> {
  const record = await readRecord();
  const made = JSON.stringify({ ...record, processor: undefined });
  if (made !== JSON.stringify(inputs)) return false;
  try {
    return processorFeatures(loadLibrary(libraryPath)).join() === record?.processor.join();
  } catch {
    return false; // the library is gone
  }
}

/** Compiles into the library's place; returns what the compiler complained of, if it did. */
async function compile(
  compiler: Compiler,
  texts: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  const work = await Deno.makeTempDir({ dir: folder });
  try {
    for (const [name, text] of texts) await Deno.writeTextFile(`${work}/${name}`, text);
    const complaint = await compileKernels({
      compiler: compiler.command,
      sources: work,
      work,
      flags: [nativeFlag],
      linking: ["-shared"],
      output: `${work}/kernels.so`,
    });
    if (complaint) return complaint;
    await Deno.rename(`${work}/kernels.so`, libraryPath); // whoever has the old file open keeps it
    return undefined;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Builds the library unless it is up to date, and says which; without a compiler that can, says what happens instead. */
async function build(): Promise<void> {
  const instead = "the portable device will do the work, some three times slower";
  const compiler = await findCompiler(["cc", "gcc", "clang"]);
  if (!compiler) {
    console.log(`No C compiler (cc, gcc or clang) found: ${instead}`);
    return;
  }
  const texts = await readSources();
  const inputs = {
    sources: await hash([...texts.values()].join("\0")),
    signatures: await hashSignatures(),
    compiler: compiler.version,
    flags: [...commonFlags, nativeFlag, ...linkFlags],
  };
  if (await isUpToDate(inputs)) {
    console.log(`Native kernels are up to date: ${libraryPath}`);
    return;
  }
  await Deno.mkdir(folder, { recursive: true });
  const start = performance.now();
  const complaint = await compile(compiler, texts);
  if (complaint) {
    console.log(`${compiler.version} could not compile the kernels: ${instead}\n${complaint}`);
    return;
  }
  const record: BuildRecord = { ...inputs, processor: processorFeatures(loadLibrary(libraryPath)) };
  await Deno.writeTextFile(buildRecordPath, JSON.stringify(record));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`Built native kernels in ${seconds} s with ${compiler.version}: ${libraryPath}`);
}

if (import.meta.main) await build();
