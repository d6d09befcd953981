import assert from "node:assert/strict";
import { cases } from "./_cases.ts";
import { type Argument, type Call, Draw, type KernelName, type Special } from "./_kernel_cases.ts";
import { admits, exact } from "./_rounded.ts";
import type { Memory, Target } from "./_target.ts";

/** Of all random numbers of a run of the tests; `-- --seed=…` at the end of the command repeats it. */
export const seed: number = Number(
  Deno.args.find((arg) => arg.startsWith("--seed="))?.slice("--seed=".length) ??
    crypto.getRandomValues(new Uint32Array(1))[0],
);

/** Standard deviations of the inputs; of the last one, all are denormals. */
export const scales: readonly number[] = [1, 1e-3, 1e3, 1e-40];

/** Floats before and after an argument; an odd number, so that a vector is rarely aligned. */
const GUARD = 17;
const canary = 0x7fc0cafe; // NaN: who reads it and uses it shows it

type Guarded = Memory & { readonly size: number };

function guarded(values: Exclude<Argument, number | null>, guard: number): Guarded {
  const [offset, size] = [guard * 4, values.byteLength];
  const bytes = new Uint8Array(guard ? Math.ceil(size / 4) * 4 + 2 * offset : size);
  if (guard) new Uint32Array(bytes.buffer).fill(canary);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, size), offset);
  return { bytes, offset, size };
}

function inside({ bytes, offset, size }: Guarded): Uint8Array<ArrayBuffer> {
  return bytes.slice(offset, offset + size);
}

/** Whether somebody wrote beside the memory. */
function isBreached({ bytes, offset, size }: Guarded): boolean {
  if (bytes.length === size) return false;
  const words = new Uint32Array(bytes.buffer);
  return words.some((word, i) => (i < offset / 4 || i >= (offset + size) / 4) && word !== canary);
}

/** Makes a call; what each argument that is memory holds afterwards, and what the kernel returned. */
export async function makeCall(
  target: Target,
  kernel: KernelName,
  { args, before = [] }: Call,
): Promise<{ after: Map<Argument, Uint8Array<ArrayBuffer>>; returned: number }> {
  const calls = [...before, { kernel, args }];
  const memories = new Map<Argument, Guarded>();
  for (const arg of calls.flatMap(({ args }) => args)) {
    if (typeof arg === "object" && arg) memories.set(arg, guarded(arg, target.isChecked ? 0 : GUARD));
  }
  const raw = (arg: Argument) => arg === null || typeof arg === "number" ? arg : memories.get(arg)!;
  const returned = await target.run(calls.map(({ kernel, args }) => ({ kernel, args: args.map(raw) })));
  assert.ok(![...memories.values()].some(isBreached), "writes beside an argument");
  return { after: new Map([...memories].map(([arg, memory]) => [arg, inside(memory)])), returned };
}

/** The call of a kernel with some sizes and numbers, and what to say of it where it fails. */
export function callOf(
  kernel: KernelName,
  sizes: readonly number[],
  scale: number,
  special?: Special,
): { call: Call; numInputs: number; name: string } {
  const draw = new Draw(seed, `${kernel} ${sizes.join()} ${scale}`, scale, special);
  const call = cases[kernel]!.call(draw, ...sizes);
  const what = special ? `, ${special.value} in input ${special.input}` : "";
  const name = `${kernel} [${sizes.join(", ")}] at scale ${scale}${what}, with -- --seed=${seed}`;
  return { call, numInputs: draw.numInputs, name };
}

/** Asserts that a kernel does on a target what it must: no more, and no less exactly than float32 allows. */
export async function checkCall(
  target: Target,
  kernel: KernelName,
  { call, name }: { call: Call; name: string },
): Promise<void> {
  const where = `${name}, on ${target.name}`;
  const { after, returned } = await makeCall(target, kernel, call).catch((error) => {
    throw new Error(`${where}: ${error.message}`, { cause: error });
  });
  if (call.returns !== undefined) assert.equal(returned, call.returns, where);
  for (const [i, [argument, expected]] of call.written().entries()) {
    const bytes = after.get(argument)!;
    const actual = argument instanceof Float32Array ? new Float32Array(bytes.buffer) : bytes;
    assert.equal(expected.length, actual.length, where);
    for (const [j, number] of expected.entries()) {
      if (number === undefined) continue;
      const wanted = typeof number === "number" ? exact(number) : number;
      if (admits(wanted, actual[j]!)) continue;
      const { value, error } = wanted;
      assert.fail(`${where}: element ${j} of result ${i} is ${actual[j]} instead of ${value} ± ${error}`);
    }
  }
}
