import { decayed } from "@lacuna/encoders/decayed";
import { stream, uniforms } from "@lacuna/random";
import { fillParameters, noise } from "../_noise.ts";
import { extremaIndices, ExtremaStep } from "../steps/extrema.ts";
import type { ExtremaSetup } from "../steps/setup.ts";

/** What is used of jax-js. A function takes its arguments over: one that is used again is passed as `ref`. */
interface NdArray {
  readonly ref: NdArray;
  readonly shape: number[];
  add(other: NdArray | number): NdArray;
  sub(other: NdArray | number): NdArray;
  mul(other: NdArray | number): NdArray;
  div(other: NdArray | number): NdArray;
  sum(axis?: number, options?: { keepdims: boolean }): NdArray;
  mean(axis?: number, options?: { keepdims: boolean }): NdArray;
  reshape(shape: number[]): NdArray;
  transpose(axes: number[]): NdArray;
  data(): Promise<Float32Array>;
  dispose(): void;
}
type Arrays = Record<string, NdArray>;
/** The module. */
export type Jax = {
  readonly init: (device: "wasm") => Promise<string[]>;
  readonly defaultDevice: (device: "wasm") => string;
  readonly jit: <F>(f: F) => F;
  readonly valueAndGrad: (f: (x: Arrays) => NdArray) => (x: Arrays) => [NdArray, Arrays];
  readonly lax: { readonly erf: (x: NdArray) => NdArray };
  readonly nn: {
    readonly dotProductAttention: (query: NdArray, key: NdArray, value: NdArray) => NdArray;
  };
  readonly numpy: {
    readonly array: (values: Float32Array) => NdArray;
    readonly broadcastTo: (x: NdArray, shape: number[]) => NdArray;
    readonly concatenate: (parts: NdArray[], axis: number) => NdArray;
    readonly matmul: (a: NdArray, b: NdArray) => NdArray;
    readonly split: (x: NdArray, parts: number | number[], axis: number) => NdArray[];
    readonly sqrt: (x: NdArray) => NdArray;
    readonly square: (x: NdArray) => NdArray;
  };
};

/** Everything that a run carries from step to step. */
type State = {
  readonly student: Arrays;
  readonly teacher: Arrays;
  readonly m: Arrays;
  readonly v: Arrays;
};
/** What a step is given. */
type Inputs = {
  readonly whole: { readonly patches: NdArray; readonly positions: NdArray }; // [B, N, P], [1, N, D]
  readonly kept: { readonly patches: NdArray; readonly positions: NdArray }; // [K·B, V, P], [K·B, V, D]
  readonly scales: NdArray[]; // of both branches of each block, [K·B, 1, 1]
  readonly rates: NdArray[]; // learning rate over the first moment's correction, root of the second's
};

/**
 * ExtreMA's training step, the peer of `steps/extrema.ts`. Masks and drop path are drawn and kept patches copied outside, the rest is one
 * compiled function. It borrows names and first values of the parameters from our own step, so a device must have been chosen.
 */
export class JaxStep {
  /** The student's, positions included, then the teacher's. */
  readonly numParameters: [number, number];
  readonly #jax: Jax;
  readonly #setup: ExtremaSetup;
  readonly #still: boolean;
  readonly #step: (state: State, inputs: Inputs) => { loss: NdArray; grads: Arrays; state: State };
  readonly #patches: { readonly student: Float32Array; readonly teacher: Float32Array }; // [B, N, P]
  readonly #positions: Float32Array; // [N, D]
  #state: State;
  #numSteps = 0;

  constructor(jax: Jax, setup: ExtremaSetup, { still, inspect }: { still: boolean; inspect: boolean }) {
    const { image, config } = setup;
    this.#jax = jax;
    this.#setup = setup;
    this.#still = still;
    const ours = new ExtremaStep(setup, still);
    if (still) {
      fillParameters(ours.parameters, 100);
      fillParameters(ours.teacher, 10000);
    }
    const sizeOf = (map: typeof ours.parameters) =>
      Object.values(map).reduce((sum, { size }) => sum + size, 0);
    this.numParameters = [sizeOf(ours.parameters), sizeOf(ours.teacher)];
    this.#positions = ours.parameters["pos_embed"]!.dataSync<"float32">().slice();
    const arrays = (map: typeof ours.parameters, isZero = false): Arrays =>
      Object.fromEntries(
        Object.entries(map).filter(([name]) => name !== "pos_embed").map(([name, parameter]) => {
          const values = isZero ? new Float32Array(parameter.size) : parameter.dataSync<"float32">().slice();
          return [name, jax.numpy.array(values).reshape(parameter.shape)];
        }),
      );
    this.#state = {
      student: arrays(ours.parameters),
      teacher: arrays(ours.teacher),
      m: arrays(ours.parameters, true),
      v: arrays(ours.parameters, true),
    };
    const size = config.schedule.batchSize * image.height * image.width * image.channels;
    this.#patches = { student: patchify(noise(size, 0), setup), teacher: patchify(noise(size, 1), setup) };
    this.#step = jax.jit((state: State, inputs: Inputs) => stepOf(jax, setup, state, inputs, inspect));
  }

  /**
   * Takes a step.
   * @param inspect Sees the gradients' values, if the step was made for it.
   * @returns The loss.
   */
  async take(inspect: (grads: readonly Float32Array[]) => void = () => {}): Promise<number> {
    const { loss, grads, state } = this.#step(this.#state, this.#inputs());
    this.#state = state;
    this.#numSteps++;
    const [value] = await loss.data();
    inspect(await Promise.all(Object.values(grads).map((grad) => grad.data())));
    return value!;
  }

  #inputs(): Inputs {
    const { image, config: { encoder, masks, schedule, optimizer } } = this.#setup;
    const { dim, patchSize, depth, dropPathRate } = encoder;
    const { batchSize } = schedule;
    const step = this.#numSteps;
    const patchDim = patchSize ** 2 * image.channels;
    const numTokens = this.#positions.length / dim;
    const keep = extremaIndices(this.#setup, step); // [K·B, V]
    const rows = masks.numMasks * batchSize;
    const visible = keep.length / rows;
    const patches = new Float32Array(keep.length * patchDim);
    const positions = new Float32Array(keep.length * dim);
    for (const [i, token] of keep.entries()) {
      const sample = Math.floor(i / visible) % batchSize;
      const from = (sample * numTokens + token) * patchDim;
      patches.set(this.#patches.student.subarray(from, from + patchDim), i * patchDim);
      positions.set(this.#positions.subarray(token * dim, (token + 1) * dim), i * dim);
    }
    const array = (values: Float32Array, shape: number[]) => this.#jax.numpy.array(values).reshape(shape);
    const scales = Array.from({ length: 2 * depth }, (_, i) => {
      const rate = this.#still || depth === 1 ? 0 : dropPathRate * Math.floor(i / 2) / (depth - 1);
      const draws = uniforms(rows, stream({ seed: 0, name: `drop-path/${i}`, step }));
      return array(draws.map((u) => u < rate ? 0 : 1 / (1 - rate)), [rows, 1, 1]);
    });
    const learningRate = optimizer.learningRate * batchSize / 256;
    const rates = [
      learningRate / (1 - optimizer.beta1 ** (step + 1)),
      1 / Math.sqrt(1 - optimizer.beta2 ** (step + 1)),
    ].map((rate) => array(Float32Array.of(rate), []));
    return {
      whole: {
        patches: array(this.#patches.teacher, [batchSize, numTokens, patchDim]),
        positions: array(this.#positions, [1, numTokens, dim]),
      },
      kept: {
        patches: array(patches, [rows, visible, patchDim]),
        positions: array(positions, [rows, visible, dim]),
      },
      scales,
      rates,
    };
  }
}

/** Images [B, H, W, C] → patches [B, N, p·p·C]. */
function patchify(
  images: Float32Array,
  { image: { height, width, channels }, config }: ExtremaSetup,
): Float32Array {
  const { patchSize } = config.encoder;
  const patches = new Float32Array(images.length);
  const run = patchSize * channels;
  for (let from = 0, line = 0; from < images.length; line++) {
    const [sample, y] = [Math.floor(line / height), line % height];
    for (let column = 0; column < width / patchSize; column++, from += run) {
      const token = Math.floor(y / patchSize) * (width / patchSize) + column;
      const at = ((sample * height * width / patchSize ** 2 + token) * patchSize + y % patchSize) * run;
      patches.set(images.subarray(from, from + run), at);
    }
  }
  return patches;
}

/** One step, to be compiled: every array is used up. */
function stepOf(jax: Jax, setup: ExtremaSetup, state: State, inputs: Inputs, inspect: boolean): {
  loss: NdArray;
  grads: Arrays;
  state: State;
} {
  const { config: { optimizer, schedule, heads } } = setup;
  const { numpy: np } = jax;
  const model = modelOf(jax, setup);
  const target = unit(np, model.project(refs(state.teacher), inputs.whole)); // [B, P]
  const lossOf = (student: Arrays) => {
    const projected = model.project(student, inputs.kept, inputs.scales);
    const pred = unit(np, heads.usePredictor ? model.head(student, "predictor", projected, 2) : projected);
    const [batchSize, dim] = target.shape as [number, number];
    const distance = np.square(pred.reshape([-1, batchSize, dim]).sub(target)); // [K, B, P]
    return distance.sum(-1).mean();
  };
  const [loss, grads] = jax.valueAndGrad(lossOf)(refs(state.student));
  const seen = inspect ? refs(grads) : {};
  const next: State = { student: {}, teacher: {}, m: {}, v: {} };
  const [rate, correction] = inputs.rates as [NdArray, NdArray];
  const names = Object.keys(state.student);
  for (const [i, name] of names.entries()) {
    const grad = grads[name]!;
    const m = state.m[name]!.mul(optimizer.beta1).add(grad.ref.mul(1 - optimizer.beta1));
    const v = state.v[name]!.mul(optimizer.beta2).add(np.square(grad).mul(1 - optimizer.beta2));
    const isLast = i === names.length - 1;
    const root = np.sqrt(v.ref).mul(isLast ? correction : correction.ref).add(optimizer.epsilon);
    const learningRate = optimizer.learningRate * schedule.batchSize / 256;
    const student = state.student[name]!;
    const decay = decayed(name, student.shape.length) ? optimizer.weightDecay * learningRate : 0;
    const moved = student.mul(1 - decay).sub(m.ref.mul(isLast ? rate : rate.ref).div(root));
    Object.assign(next.m, { [name]: m });
    Object.assign(next.v, { [name]: v });
    const teacher = state.teacher[name];
    if (teacher) {
      const followed = teacher.mul(schedule.momentum).add(moved.ref.mul(1 - schedule.momentum));
      Object.assign(next.teacher, { [name]: followed });
    }
    Object.assign(next.student, { [name]: moved });
  }
  return { loss, grads: seen, state: next };
}

function refs(arrays: Arrays): Arrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.ref]));
}

function unit(np: Jax["numpy"], x: NdArray): NdArray {
  return x.ref.div(np.sqrt(np.square(x).sum(-1, { keepdims: true }).add(1e-24)));
}

/** The model's functions of a branch's parameters, of which each is used once. */
function modelOf(jax: Jax, { config: { encoder, heads } }: ExtremaSetup): {
  project(
    parameters: Arrays,
    tokens: { readonly patches: NdArray; readonly positions: NdArray },
    scales?: NdArray[],
  ): NdArray;
  head(parameters: Arrays, prefix: string, x: NdArray, numLayers: number): NdArray;
} {
  const { numpy: np } = jax;
  const { dim, numHeads } = encoder;
  const linear = (p: Arrays, name: string, x: NdArray) =>
    np.matmul(x, p[`${name}.weight`]!).add(p[`${name}.bias`]!);
  const norm = (p: Arrays, name: string, x: NdArray, epsilon: number) => {
    const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
    const variance = np.square(centred.ref).mean(-1, { keepdims: true });
    return centred.div(np.sqrt(variance.add(epsilon))).mul(p[`${name}.weight`]!).add(p[`${name}.bias`]!);
  };
  const gelu = (x: NdArray) => x.ref.mul(0.5).mul(jax.lax.erf(x.mul(Math.SQRT1_2)).add(1)); // the exact one
  const mlp = (p: Arrays, name: string, x: NdArray) =>
    linear(p, `${name}.fc2`, gelu(linear(p, `${name}.fc1`, x)));
  const heads4 = (x: NdArray) => {
    const [batchSize, numTokens] = x.shape as [number, number];
    return x.reshape([batchSize, numTokens, numHeads, dim / numHeads]);
  };
  const attend = (query: NdArray, key: NdArray, value: NdArray) => {
    const [batchSize, numTokens] = query.shape as [number, number];
    const attended = jax.nn.dotProductAttention(heads4(query), heads4(key), heads4(value));
    return attended.reshape([batchSize, numTokens, dim]);
  };
  const block = (p: Arrays, name: string, x: NdArray, scales: readonly NdArray[] | undefined) => {
    const scaled = (branch: NdArray, i: number) => scales ? branch.mul(scales[i]!) : branch;
    const qkv = linear(p, `${name}.attn.qkv`, norm(p, `${name}.norm1`, x.ref, 1e-6));
    const [q, k, v] = np.split(qkv, 3, -1) as [NdArray, NdArray, NdArray];
    const attended = x.add(scaled(linear(p, `${name}.attn.proj`, attend(q, k, v)), 0));
    return attended.ref.add(scaled(mlp(p, `${name}.mlp`, norm(p, `${name}.norm2`, attended, 1e-6)), 1));
  };
  const classBlock = (p: Arrays, name: string, c: NdArray, x: NdArray) => {
    const all = norm(p, `${name}.norm1`, np.concatenate([c.ref, x], 1), 1e-6);
    const [query, rest] = np.split(all.ref, [1], 1) as [NdArray, NdArray];
    rest.dispose();
    const attended = attend(
      linear(p, `${name}.attn.q`, query),
      linear(p, `${name}.attn.k`, all.ref),
      linear(p, `${name}.attn.v`, all),
    );
    const sum = c.add(linear(p, `${name}.attn.proj`, attended).mul(p[`${name}.gamma_1`]!));
    const hidden = mlp(p, `${name}.mlp`, norm(p, `${name}.norm2`, sum.ref, 1e-6));
    return sum.add(hidden.mul(p[`${name}.gamma_2`]!));
  };
  const head = (p: Arrays, prefix: string, x: NdArray, numLayers: number) => {
    for (let i = 0; i < numLayers - 1; i++) {
      x = gelu(norm(p, `${prefix}.${3 * i + 1}`, linear(p, `${prefix}.${3 * i}`, x), 1e-5));
    }
    return linear(p, `${prefix}.${3 * (numLayers - 1)}`, x);
  };
  if (heads.norm !== "layer") throw new RangeError("The peer in jax-js has heads with layer norm only");
  return {
    project(p, { patches, positions }, scales) {
      let x = linear(p, "patch_embed.proj", patches).add(positions); // [R, V, D]
      for (let i = 0; i < encoder.depth; i++) x = block(p, `blocks.${i}`, x, scales?.slice(2 * i, 2 * i + 2));
      let c = np.broadcastTo(p["cls_token"]!, [x.shape[0]!, 1, dim]);
      for (let i = 0; i < encoder.numClassBlocks; i++) {
        const isLast = i === encoder.numClassBlocks - 1;
        c = classBlock(p, `blocks_token.${i}`, c, isLast ? x : x.ref);
      }
      const vectors = norm(p, "norm", c.reshape([-1, dim]), 1e-6);
      return head(p, "head", vectors, 3);
    },
    head,
  };
}
