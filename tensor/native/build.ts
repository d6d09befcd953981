/**
 * Builds the native kernels with the system's C compiler: `deno task build`. Without a compiler it says so and ends well, as the
 * portable device then does the work.
 *
 * @module
 */
import { type BuildRecord, buildRecordPath, libraryPath, loadLibrary, processorFeatures } from "./library.ts";

const sources = [
  "attention.c",
  "batch_norm.c",
  "class_attention.c",
  "elementwise.c",
  "gelu.c",
  "gemm.c",
  "l2_normalize.c",
  "layer_norm.c",
  "layout.c",
  "optimizer.c",
  "scratch.c",
  "threads.c",
  "tokens.c",
];
const portableSource = "processor.c"; // asked before anything built for one processor runs
const headers = ["scratch.h", "vector.h"];
const flags = ["-std=gnu11", "-O3", "-fno-math-errno", "-fPIC"];
const processorFlags = ["-march=native", "-fopenmp"];
// Threads of the OpenMP runtime outlive the library's last user: it must never be unloaded under them.
const linkFlags = Deno.build.os === "linux" ? ["-lm", "-Wl,-z,nodelete"] : ["-lm"];
const folder = ".lacuna/native";

type Compiler = { readonly command: string; readonly version: string };

/** The first compiler that answers. */
async function findCompiler(): Promise<Compiler | undefined> {
  for (const command of ["cc", "gcc", "clang"]) {
    try {
      const { success, stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
      if (success) return { command, version: new TextDecoder().decode(stdout).split("\n")[0]! };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
    }
  }
  return undefined;
}

/** The C sources by name, next to this file or wherever this module was published. */
async function readSources(): Promise<Map<string, string>> {
  const names = [...headers, portableSource, ...sources];
  const read = async (name: string) => await (await fetch(new URL(name, import.meta.url))).text();
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

/** Whether the library at hand was built from the same things, on a processor like this one. */
async function isUpToDate(record: Omit<BuildRecord, "processor">): Promise<boolean> {
  try {
    const processor = processorFeatures(loadLibrary(libraryPath));
    return await Deno.readTextFile(buildRecordPath) === JSON.stringify({ ...record, processor });
  } catch {
    return false; // missing, or not a library of ours: build it
  }
}

async function compile(compiler: Compiler, texts: ReadonlyMap<string, string>): Promise<void> {
  const work = await Deno.makeTempDir({ dir: folder });
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command(compiler.command, { args }).output();
    if (!success) {
      throw new Error(
        `${compiler.command} could not compile the kernels:\n${new TextDecoder().decode(stderr)}`,
      );
    }
  };
  try {
    for (const [name, text] of texts) await Deno.writeTextFile(`${work}/${name}`, text);
    await run(...flags, "-c", `${work}/${portableSource}`, "-o", `${work}/processor.o`);
    const inputs = [`${work}/processor.o`, ...sources.map((name) => `${work}/${name}`)];
    await run(...flags, ...processorFlags, "-shared", ...inputs, ...linkFlags, "-o", `${work}/kernels.so`);
    await Deno.rename(`${work}/kernels.so`, libraryPath); // whoever has the old file open keeps it
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Builds the library unless it is up to date, and says which. */
async function build(): Promise<void> {
  const compiler = await findCompiler();
  if (!compiler) {
    console.log(
      "No C compiler (cc, gcc or clang) found: the portable device will do the work, several times slower",
    );
    return;
  }
  const texts = await readSources();
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode([...texts.values()].join("\0")),
  );
  const record = {
    sources: new Uint8Array(digest).toHex(),
    compiler: compiler.version,
    flags: [...flags, ...processorFlags, ...linkFlags],
  };
  if (await isUpToDate(record)) {
    console.log(`Native kernels are up to date: ${libraryPath}`);
    return;
  }
  const start = performance.now();
  await Deno.mkdir(folder, { recursive: true });
  await compile(compiler, texts);
  const processor = processorFeatures(loadLibrary(libraryPath));
  await Deno.writeTextFile(buildRecordPath, JSON.stringify({ ...record, processor }));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`Built native kernels in ${seconds} s with ${compiler.version}: ${libraryPath}`);
}

if (import.meta.main) await build();
