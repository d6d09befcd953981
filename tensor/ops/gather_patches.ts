import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { gatherPatchesReference } from "./gather_patches_reference.ts";

/**
 * Cuts images into square patches, line by line of their grid, each flattened by row, column and channel: all of them, or the kept ones
 * of one or several masks an image.
 * @param images [B, H, W, C].
 * @param patchSize p in pixels; divides H and W.
 * @param keep [K·B, V] int32, patch indices in 0…N−1, mask-major: row i·B + b is mask i of image b; all N when left out.
 * @returns [B, N, p·p·C] with N = (H / p) · (W / p), or [K·B, V, p·p·C] in the order of `keep`, as one tape entry where the device has
 * the kernel.
 * @throws {RangeError} If `patchSize` is no whole number or does not divide H or W. On the native device also if an index lies outside;
 * elsewhere such a patch is zero.
 * @throws {TypeError} If `keep` is not int32, or its rows are not a multiple of the batch size.
 */
export function gatherPatches(images: Tensor4D, patchSize: number, keep?: Tensor2D): Tensor3D {
  const [batchSize, height, width, channels] = images.shape;
  if (
    !(Number.isInteger(patchSize) && patchSize >= 1 && height % patchSize === 0 && width % patchSize === 0)
  ) {
    throw new RangeError(
      `Cannot cut images of ${height}×${width} into patches of ${patchSize}×${patchSize}: ` +
        "choose a whole number that divides both",
    );
  }
  if (keep && (keep.dtype !== "int32" || keep.shape[0] % batchSize !== 0)) {
    throw new TypeError(
      `Cannot gather patches of images [${images.shape}] by ${keep.dtype} indices [${keep.shape}]: ` +
        `pass int32 indices with a multiple of ${batchSize} rows`,
    );
  }
  if (!hasFusedKernel("GatherPatches")) return gatherPatchesReference(images, patchSize, keep);
  const [patches] = tapeEntry(
    [images],
    (save) => {
      save(keep ? [keep] : []);
      return runFusedKernel("GatherPatches", { images, ...keep && { keep } }, { patchSize });
    },
    ([dy], [keep]) => {
      const sizes = { batchSize, height, width, channels, patchSize };
      return runFusedKernel("GatherPatchesGrad", { dy: dy!, ...keep && { keep } }, sizes);
    },
  );
  return patches as Tensor3D;
}
