import { compileKernels } from "../../tensor/native/compile_kernels.ts";
import { nativeFlag } from "../../tensor/native/c_sources.ts";
import { root } from "../_workplace.ts";
import { serverSource } from "./_call_server.ts";

/** The kernels compiled for some processor, as a program that answers calls. */
export type Variant = {
  readonly name: string;
  readonly compiler: string;
  readonly flags: readonly string[];
  /** For the linker alone. */
  readonly linking?: readonly string[];
  /** The program that runs it where this processor cannot. */
  readonly emulator?: readonly string[];
  /** What the processor must have, as /proc/cpuinfo calls it. */
  readonly needs?: readonly string[];
  /** Whether it finds by itself what leaves its memory. */
  readonly isChecked?: boolean;
  readonly env?: Readonly<Record<string, string>>;
};

const onX86 = Deno.build.arch === "x86_64";
const avx2 = ["avx2", "fma", "f16c", "bmi2"];

/** Every instruction set that the kernels are written for. */
export const variants: readonly Variant[] = [
  ...onX86
    ? [
      {
        name: "AVX-512",
        compiler: "cc",
        flags: ["-march=x86-64-v4"],
        needs: [...avx2, "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"],
      },
      { name: "AVX2", compiler: "cc", flags: ["-march=x86-64-v3"], needs: avx2 },
      { name: "SSE", compiler: "cc", flags: ["-march=x86-64"] },
    ]
    : [],
  ...Deno.build.arch === "aarch64" ? [] : [{ // there, it is what `native` uses
    name: "Arm NEON",
    compiler: "aarch64-linux-gnu-gcc",
    flags: ["-march=armv8-a"],
    linking: ["-static"],
    emulator: ["qemu-aarch64"],
  }],
  { name: "clang", compiler: "clang-19", flags: [nativeFlag] },
  {
    name: "checked memory",
    compiler: "cc",
    flags: [nativeFlag, "-O1", "-g", "-fsanitize=address"],
    isChecked: true,
    env: { ASAN_OPTIONS: "detect_leaks=0" }, // what threads keep is meant to stay
  },
];

/** What Linux says of the processor; Deno itself reads nothing below /proc. */
const processor = new Set(said("cat", "/proc/cpuinfo")?.split(/\s+/));

/** Why a variant cannot be tried here, or "". */
export function obstacle({ compiler, emulator = [], needs = [] }: Variant): string {
  const missing = [compiler, ...emulator.slice(0, 1)].filter((program) =>
    said(program, "--version") === undefined
  );
  if (missing.length > 0) return ` (skipped: no ${missing.join(", no ")})`;
  const lacks = needs.filter((feature) => !processor.has(feature));
  return lacks.length > 0 ? ` (skipped: this processor has no ${lacks.join(", ")})` : "";
}

/** What a program prints, if it is there and ends well. */
function said(program: string, ...args: string[]): string | undefined {
  try {
    const { success, stdout } = new Deno.Command(program, { args, stderr: "null" }).outputSync();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Builds a variant's program in a folder.
 * @returns The command that runs it.
 * @throws {Error} If it does not compile.
 */
export async function buildVariant(variant: Variant, folder: string): Promise<string[]> {
  const { compiler, flags, linking = [], emulator = [] } = variant;
  const output = `${folder}/server`;
  Deno.writeTextFileSync(`${folder}/server.c`, serverSource);
  const complaint = await compileKernels({
    compiler,
    sources: `${root}/tensor/native`,
    work: folder,
    flags,
    more: [`${folder}/server.c`],
    linking,
    output,
  });
  if (complaint) throw new Error(`${compiler} cannot build ${variant.name}: ${complaint}`);
  return [...emulator, output];
}
