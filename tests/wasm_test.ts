import { extrema, overrideConfig, preset } from "@lacuna/pipelines";
import { stream, uniforms } from "@lacuna/random";
import { AdamW, useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { findCompiler } from "../tensor/native/find_compiler.ts";
import { registerDevice } from "../tensor/native/register_device.ts";
import { buildModules, compilers, hashSources } from "../tensor/wasm/build.ts";
import * as relaxed from "../tensor/wasm/kernels_relaxed.ts";
import * as relaxedThreads from "../tensor/wasm/kernels_relaxed_threads.ts";
import * as simd from "../tensor/wasm/kernels_simd.ts";
import * as simdThreads from "../tensor/wasm/kernels_simd_threads.ts";
import { startKernels, type WasmKernels } from "../tensor/wasm/start.ts";

const built = { relaxed, relaxed_threads: relaxedThreads, simd, simd_threads: simdThreads };
const compiler = await findCompiler(compilers);
await useDevice("wasm"); // registers gradients; the devices below are further ones of its kind
const isSameCompiler = compiler?.version === relaxed.build.compiler;

Deno.test("the WebAssembly modules are built from the sources that are here", async () => {
  const sources = await hashSources();
  for (const [name, { build }] of Object.entries(built)) {
    assert.equal(build.sources, sources, `kernels_${name}.ts is behind: run \`deno task build:wasm\``);
  }
});

Deno.test({
  name: `building the WebAssembly modules again gives the same bytes${
    isSameCompiler ? "" : ` (skipped: not ${relaxed.build.compiler})`
  }`,
  ignore: !isSameCompiler,
  fn: async () => {
    for (const [name, module] of await buildModules(compiler!.command)) {
      assert.ok(module.toBase64() === built[name as keyof typeof built].base64, name);
    }
  },
});

/** Parameters after some of ExtreMA's training steps on noise, by name. */
function train(numSteps: number, batchSize = 48): Record<string, Float32Array> {
  const side = 14;
  const config = overrideConfig(preset("tiny"), [
    "encoder.patchSize=2",
    "encoder.dim=48",
    "heads.hiddenDim=384",
    `schedule.batchSize=${batchSize}`,
  ]);
  const pixels = (name: string) => uniforms(batchSize * side * side, stream({ seed: 0, name }));
  const views = { student: pixels("student"), teacher: pixels("teacher") };
  const samples = Int32Array.from({ length: batchSize }, (_, i) => i);
  const pipeline = extrema(config, { height: side, width: side, channels: 1 });
  const { parameters, teacher } = pipeline;
  const optimizer = new AdamW(parameters, { ...config.optimizer, decayed: () => true });
  for (let step = 0; step < numSteps; step++) {
    const result = pipeline.step({ ...views, samples, epoch: step }, { step, progress: 0 });
    optimizer.step(result.grads, 1e-3, { teacher, momentum: 0.9 });
    tf.dispose(result);
  }
  const values = Object.entries(parameters).map(([name, x]) => [name, x.dataSync<"float32">()] as const);
  optimizer.dispose();
  tf.dispose([parameters, teacher]);
  return Object.fromEntries(values);
}

function assertSameBits(actual: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  for (const [name, values] of Object.entries(expected)) {
    const [bits, other] = [values, actual[name]!].map((x) => new Uint32Array(x.buffer));
    assert.equal(bits!.findIndex((x, i) => x !== other![i]), -1, `first number of ${name} that differs`);
  }
}

Deno.test("one, two and three threads give the same bits on wasm", async () => {
  const results: Record<string, Float32Array>[] = [];
  for (const count of [1, 2, 3]) {
    const { functions, memory, numThreads } = await startKernels(count);
    assert.equal(numThreads, count);
    assert.equal(functions.num_threads(), count);
    registerDevice(`${count} threads`, functions, memory);
    await tf.setBackend(`${count} threads`);
    results.push(train(3));
  }
  for (const result of results.slice(1)) assertSameBits(result, results[0]!);
});

/** Starts a device on one thread, with the memory that its kernels were given. */
async function startWithMemory(name: string, keepsMoving: boolean): Promise<WebAssembly.Memory> {
  const { Memory } = WebAssembly;
  let raw: WebAssembly.Memory | undefined;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      raw = this;
    }
  };
  const { functions, memory } = await startKernels(1);
  WebAssembly.Memory = Memory;
  if (keepsMoving) {
    const take = memory.take.bind(memory);
    memory.take = (length) => {
      raw!.grow(1);
      return take(length);
    };
  }
  registerDevice(name, functions, memory);
  await tf.setBackend(name);
  return raw!;
}

/** Starts kernels on two threads, with a memory that is asked for in another way. */
async function startOnTwo(
  change: (descriptor: WebAssembly.MemoryDescriptor) => WebAssembly.MemoryDescriptor,
): Promise<WasmKernels> {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(change(descriptor));
    }
  };
  try {
    return await startKernels(2);
  } finally {
    WebAssembly.Memory = Memory;
  }
}

Deno.test("where no memory can be shared, wasm runs on one thread", async () => {
  const { functions, numThreads } = await startOnTwo((descriptor) => {
    if (descriptor.shared) throw new RangeError("no addresses left");
    return descriptor;
  });
  assert.equal(numThreads, 1);
  assert.equal(functions.num_threads(), 1);
});

Deno.test("a helper that finds no memory ends the call with an error", async () => {
  const { functions, memory } = await startOnTwo((descriptor) => ({ ...descriptor, maximum: 1024 })); // 64 MiB
  const [batchSize, numTokens, dim] = [16, 64, 512];
  const [qkv, y, sums] = [3 * dim, dim, 1].map((width) => memory.take(batchSize * numTokens * width));
  const attend = (batchSize: number) =>
    functions.self_attention_f32(qkv!.values, null, y!.values, sums!.values, batchSize, numTokens, dim, 1);
  qkv!.values.fill(0);
  attend(1); // a single piece, after which this thread has the working memory that the helper will lack
  assert.throws(() => {
    for (;;) memory.take(2 ** 12);
  }, { name: "RangeError" });
  assert.throws(() => {
    for (let i = 0; i < 1000; i++) attend(batchSize); // until the helper takes a piece
  }, WebAssembly.RuntimeError);
});

Deno.test("a memory that moves at every allocation changes nothing", async () => {
  await startWithMemory("standing", false);
  const expected = train(2);
  const raw = await startWithMemory("moving", true);
  const before = raw.buffer.byteLength;
  assertSameBits(train(2), expected);
  assert.ok(raw.buffer.byteLength > before);
});

Deno.test("the memory of wasm does not grow over 300 steps", async () => {
  const raw = await startWithMemory("watched", false);
  train(3, 6);
  const size = raw.buffer.byteLength;
  train(300, 6);
  assert.equal(raw.buffer.byteLength, size);
});
