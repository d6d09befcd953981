import type { BackendValues, DataId, DataType, TensorInfo } from "@tensorflow/tfjs-core";
import { util } from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { BufferPool } from "./pool.ts";

/** tfjs's CPU device with pooled buffers, so that C kernels and JavaScript kernels share tensors in host memory. */
export class NativeBackend extends MathBackendCPU {
  readonly #pool = new BufferPool(2 ** 31);
  #handedOut: Float32Array | undefined;

  /** A new float32 tensor with undefined contents, and its values to be filled. */
  output(shape: readonly number[]): { info: TensorInfo; values: Float32Array<ArrayBuffer> } {
    const values = this.#pool.take(util.sizeFromShape([...shape]));
    this.#handedOut = values;
    const info = this.makeTensorInfo([...shape], "float32", values);
    this.#handedOut = undefined;
    return { info, values };
  }

  /** The values of a tensor as float32: not a copy, unless tfjs holds them as another type. */
  floatsOf(tensor: TensorInfo): Float32Array<ArrayBuffer> {
    const { values } = this.data.get(tensor.dataId);
    return (values instanceof Float32Array
      ? values
      : Float32Array.from(values as Int32Array)) as Float32Array<
        ArrayBuffer
      >;
  }

  /** The values of a tensor as int32: not a copy, unless tfjs holds them as another type. */
  intsOf(tensor: TensorInfo): Int32Array<ArrayBuffer> {
    const { values } = this.data.get(tensor.dataId);
    return (values instanceof Int32Array ? values : Int32Array.from(values as Uint8Array)) as Int32Array<
      ArrayBuffer
    >;
  }

  /** Whether a kernel may overwrite a tensor's values: they are pooled, and no other tensor shares them. */
  mayOverwrite(tensor: TensorInfo): boolean {
    const { values, refCount } = this.data.get(tensor.dataId);
    return refCount === 1 && values instanceof Float32Array && this.#pool.owns(values);
  }

  /**
   * Copies what belongs to the pool and was not handed out for this tensor: tfjs's slices are views of the whole, and would outlive
   * its buffer's return to the pool.
   */
  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const isView = values instanceof Float32Array && values !== this.#handedOut && this.#pool.owns(values);
    return super.write(isView ? values.slice() : values, shape, dtype);
  }

  /** Copies, as a pooled array is used again when its tensor is gone. */
  override readSync(dataId: DataId): BackendValues {
    const values = super.readSync(dataId);
    return values instanceof Float32Array ? values.slice() : values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && values instanceof Float32Array && this.#pool.owns(values)) {
      this.#pool.give(values as Float32Array<ArrayBuffer>);
    }
    return gone;
  }
}
