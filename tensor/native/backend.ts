import type { BackendValues, DataId, DataType, TensorInfo } from "@tensorflow/tfjs-core";
import { util } from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { Block, Floats, Memory } from "./memory.ts";

/** What the device knows of a tensor whose values lie in its memory. */
class Resident {
  readonly dtype = "float32";
  readonly block: Block;
  refCount: number;

  constructor(block: Block, refCount: number) {
    this.block = block;
    this.refCount = refCount;
  }

  get values(): Floats {
    return this.block.values;
  }
}

/** A new tensor, to be filled. */
export class Output {
  /** The tensor. */
  readonly info: TensorInfo;
  readonly #block: Block;

  /** A tensor with its place. */
  constructor(info: TensorInfo, block: Block) {
    this.info = info;
    this.#block = block;
  }

  /** Its values, with whatever was left there; ask again after an allocation, which may move the memory. */
  get values(): Floats {
    return this.#block.values;
  }
}

/** tfjs's CPU device with tensors in a memory that compiled kernels share with those in JavaScript. */
export class CompiledBackend extends MathBackendCPU {
  readonly #memory: Memory;

  /** A device whose kernels' tensors lie in `memory`. */
  constructor(memory: Memory) {
    super();
    this.#memory = memory;
  }

  /** A new float32 tensor with undefined contents, and its values to be filled. */
  output(shape: readonly number[]): Output {
    const block = this.#memory.take(util.sizeFromShape([...shape]));
    const dataId = {};
    this.data.set(dataId, new Resident(block, 1));
    return new Output({ dataId, shape: [...shape], dtype: "float32" }, block);
  }

  /** Moves a float32 tensor into the memory, where compiled kernels cannot reach it elsewhere. */
  admit({ dataId }: TensorInfo): void {
    if (this.#memory.reachesAll) return;
    const data = this.data.get(dataId);
    if (data instanceof Resident || !(data.values instanceof Float32Array)) return;
    const block = this.#memory.take(data.values.length);
    block.values.set(data.values);
    this.data.delete(dataId);
    this.data.set(dataId, new Resident(block, data.refCount));
  }

  /** The values of a tensor as float32: not a copy, unless tfjs holds them as another type. */
  floatsOf(tensor: TensorInfo): Floats {
    const { values } = this.data.get(tensor.dataId);
    return (values instanceof Float32Array ? values : Float32Array.from(values as Int32Array)) as Floats;
  }

  /** The values of a tensor as int32: not a copy, unless tfjs holds them as another type. */
  intsOf(tensor: TensorInfo): Int32Array<ArrayBuffer> {
    const { values } = this.data.get(tensor.dataId);
    return (values instanceof Int32Array ? values : Int32Array.from(values as Uint8Array)) as Int32Array<
      ArrayBuffer
    >;
  }

  /** Whether a kernel may overwrite a tensor's values: they lie in the memory, and no other tensor shares them. */
  mayOverwrite(tensor: TensorInfo): boolean {
    const data = this.data.get(tensor.dataId);
    return data instanceof Resident && data.refCount === 1;
  }

  /** Copies what is a view of the memory: tfjs's slices would outlive their block's return. */
  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const isView = values instanceof Float32Array && this.#memory.owns(values);
    return super.write(isView ? values.slice() : values, shape, dtype);
  }

  /** Copies, as a block is used again when its tensor is gone. */
  override readSync(dataId: DataId): BackendValues {
    const values = super.readSync(dataId);
    return values instanceof Float32Array ? values.slice() : values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const data = this.data.has(dataId) ? this.data.get(dataId) : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && data instanceof Resident) this.#memory.give(data.block);
    return gone;
  }
}
