import { commonFlags, kernelSources, linkFlags, portableSource } from "./c_sources.ts";

/** What to make of the kernels, and how. */
export type Compilation = {
  /** The compiler's command. */
  readonly compiler: string;
  /** The folder of the C sources. */
  readonly sources: string;
  /** A folder for what comes between. */
  readonly work: string;
  /** Which processor the kernels are for, and what else they are compiled and linked with. */
  readonly flags: readonly string[];
  /** Sources besides the kernels. */
  readonly more?: readonly string[];
  /** For the linker alone. */
  readonly linking: readonly string[];
  /** The file to write. */
  readonly output: string;
};

/**
 * Compiles the kernels for one processor, as many files at a time as there are cores, and links them.
 * @returns What the compiler complained of, if it could not.
 */
export async function compileKernels(
  { compiler, sources, work, flags, more = [], linking, output }: Compilation,
): Promise<string | undefined> {
  const run = async (args: readonly string[]) => {
    const { success, stderr } = await new Deno.Command(compiler, { args: [...args] }).output();
    return success ? undefined : new TextDecoder().decode(stderr);
  };
  const own = [...kernelSources, portableSource].map((name) => `${sources}/${name}`);
  const jobs = [...own, ...more].map((source) => {
    const object = `${work}/${source.slice(source.lastIndexOf("/") + 1)}.o`;
    const processor = source.endsWith(`/${portableSource}`) ? [] : flags;
    return { object, args: [...commonFlags, ...processor, "-c", source, "-o", object] };
  });
  const waiting = [...jobs];
  const complaints = await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const complaint = await run(job.args);
      if (complaint) return complaint;
    }
    return undefined;
  }));
  return complaints.find((complaint) => complaint) ??
    await run([
      ...commonFlags,
      ...flags,
      ...linking,
      ...jobs.map(({ object }) => object),
      ...linkFlags,
      "-o",
      output,
    ]);
}
