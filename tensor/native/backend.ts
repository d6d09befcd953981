import type { BackendValues, DataId, TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import { util } from "@tensorflow/tfjs-core";
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { BufferPool } from "./pool.ts";

/** tfjs's CPU device with pooled buffers, so that C kernels and JavaScript kernels share tensors in host memory. */
export class NativeBackend extends MathBackendCPU {
  readonly #pool = new BufferPool(2 ** 31);

  /** A new float32 tensor with undefined contents, and its values to be filled. */
  output(shape: readonly number[]): { info: TensorInfo; values: Float32Array } {
    const values = this.#pool.take(util.sizeFromShape([...shape]));
    return { info: this.makeTensorInfo([...shape], "float32", values), values };
  }

  /** The values of a tensor, not a copy. */
  valuesOf(tensor: TensorInfo): TypedArray {
    return this.data.get(tensor.dataId).values as TypedArray;
  }

  /** Whether another tensor shares this one's values. */
  isShared(tensor: TensorInfo): boolean {
    return this.data.get(tensor.dataId).refCount > 1;
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
