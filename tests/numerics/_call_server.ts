import { symbols } from "../../tensor/native/ffi.ts";
import type { KernelName } from "./_kernel_cases.ts";
import type { Memory, RawArgument, RawCall, Target } from "./_target.ts";

type Type = "buffer" | "usize" | "i32" | "f32";
type Signature = { readonly parameters: readonly Type[]; readonly result: Type | "void" };
const types: Readonly<Record<Type | "void", string>> = {
  buffer: "void *",
  usize: "size_t ",
  i32: "int32_t ",
  f32: "float ",
  void: "void ",
};

/** The symbols that are functions of their own, and not another's under a second name. */
const kernels: readonly string[] = Object.entries(symbols).flatMap(([name, symbol]) =>
  "name" in symbol ? [] : [name]
);

/** A C function that takes a kernel's arguments from standard input and calls it. */
function callerOf(name: string): string {
  const { parameters, result } = symbols[name as KernelName] as Signature;
  const takes = parameters.map((type, i) =>
    `  ${types[type]}a${i} = ${type === "buffer" ? "take_pointer" : "take_number"}();`
  );
  return `
${types[result]}${name}(${parameters.map((type) => types[type]).join(", ") || "void"});
static double call_${name}(void) {
${takes.join("\n")}
  ${result === "void" ? "" : "return "}${name}(${parameters.map((_, i) => `a${i}`).join(", ")});
  ${result === "void" ? "return 0;" : ""}
}`;
}

/**
 * A C program around the kernels. A request is the number of buffers and each one's size, where a pointer into it points, and its bytes;
 * the number of calls and each one's kernel and arguments as float64, a buffer as its index or −1 for null. The answer is what the last
 * kernel returned, as float64, and all the buffers' bytes. Sizes, numbers and indices of kernels are uint32.
 */
export const serverSource: string = `#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_BUFFERS = 256 };
static struct { uint32_t size, offset; char *bytes; } buffers[MAX_BUFFERS];

static void take(void *to, size_t size) {
  if (size > 0 && fread(to, 1, size, stdin) != size) exit(1);
}
static void give(const void *from, size_t size) {
  if (size > 0 && fwrite(from, 1, size, stdout) != size) exit(1);
}
static uint32_t take_word(void) {
  uint32_t word;
  take(&word, sizeof word);
  return word;
}
static double take_number(void) {
  double number;
  take(&number, sizeof number);
  return number;
}
static void *take_pointer(void) {
  const double index = take_number();
  return index < 0 ? NULL : buffers[(size_t)index].bytes + buffers[(size_t)index].offset;
}
${kernels.map(callerOf).join("\n")}

int main(void) {
  static double (*const calls[])(void) = {${kernels.map((name) => `call_${name}`).join(", ")}};
  uint32_t count;
  while (fread(&count, sizeof count, 1, stdin) == 1) {
    if (count > MAX_BUFFERS) return 1;
    for (uint32_t i = 0; i < count; i++) {
      buffers[i].size = take_word();
      buffers[i].offset = take_word();
      buffers[i].bytes = malloc(buffers[i].size);
      take(buffers[i].bytes, buffers[i].size);
    }
    double result = 0;
    for (uint32_t left = take_word(); left > 0; left--) result = calls[take_word()]();
    give(&result, sizeof result);
    for (uint32_t i = 0; i < count; i++) {
      give(buffers[i].bytes, buffers[i].size);
      free(buffers[i].bytes);
    }
    fflush(stdout);
  }
}
`;

/** Kernels in a process of their own, whose program was built from `serverSource`. */
export class CallServer implements Target, AsyncDisposable {
  readonly name: string;
  readonly isChecked: boolean;
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamBYOBReader;

  /**
   * @param name For messages.
   * @param command The program and its arguments.
   * @param options `isChecked` as in `Target`; `env` is added to the environment.
   */
  constructor(
    name: string,
    [program, ...args]: readonly string[],
    { isChecked = false, env = {} }: { isChecked?: boolean; env?: Record<string, string> } = {},
  ) {
    this.name = name;
    this.isChecked = isChecked;
    this.#process = new Deno.Command(program!, {
      args,
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.getReader({ mode: "byob" });
  }

  async run(calls: readonly RawCall[]): Promise<number> {
    const isMemory = (arg: RawArgument): arg is Memory => typeof arg === "object" && arg !== null;
    const buffers = [...new Set(calls.flatMap(({ args }) => args.filter(isMemory)))];
    const numberOf = (arg: RawArgument) => arg === null ? -1 : isMemory(arg) ? buffers.indexOf(arg) : arg;
    const parts = [
      words(buffers.length),
      ...buffers.flatMap(({ bytes, offset }) => [words(bytes.length, offset), bytes]),
      words(calls.length),
      ...calls.flatMap(({ kernel, args }) => [
        words(kernels.indexOf(kernel)),
        new Uint8Array(Float64Array.from(args, numberOf).buffer),
      ]),
    ];
    try {
      for (const part of parts) await this.#writer.write(part);
      const result = new Float64Array((await this.#read(8)).buffer)[0]!;
      for (const { bytes } of buffers) bytes.set(await this.#read(bytes.length));
      return result;
    } catch (cause) {
      const { code, signal, stderr } = await this.#process.output().catch(() => ({
        code: "?",
        signal: "?",
        stderr: undefined,
      }));
      const said = stderr && new TextDecoder().decode(stderr);
      throw new Error(`The process ended with ${signal ?? code}: ${said}`, {
        cause,
      });
    }
  }

  async #read(size: number): Promise<Uint8Array<ArrayBuffer>> {
    if (size === 0) return new Uint8Array(0);
    const { done, value } = await this.#reader.read(new Uint8Array(size), { min: size });
    if (done || value.length < size) throw new Error("The answer was cut short");
    return value as Uint8Array<ArrayBuffer>;
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {}); // it may have ended by itself
    await this.#reader.cancel().catch(() => {});
    await this.#process.stderr.cancel();
    await this.#process.status;
  }
}

function words(...numbers: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}
