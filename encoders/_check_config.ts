import { hiddenDim } from "./hidden_dim.ts";
import type { PatchTransformerConfig } from "./patch_transformer_config.ts";
import type { VisionTransformerConfig } from "./vision_transformer_config.ts";

/**
 * Throws a `RangeError` if no model can have these sizes. `gatherPatches()` and `sinCosPositions()` are stricter
 * about theirs.
 */
export function checkConfig(config: VisionTransformerConfig | PatchTransformerConfig): void {
  const { imageHeight, imageWidth, patchSize, dim, numHeads, dropPathRate } = config;
  const names = [
    "imageHeight",
    "imageWidth",
    "channels",
    "patchSize",
    "dim",
    "depth",
    "numHeads",
  ] as const;
  const counts = Object.entries({
    ...Object.fromEntries(names.map((name) => [name, config[name]])),
    ...("numClassBlocks" in config && { numClassBlocks: config.numClassBlocks }),
  });
  for (const [name, count] of counts) {
    if (!(Number.isInteger(count) && count >= 1)) {
      throw new RangeError(`Cannot build an encoder with ${name} ${count}: choose an integer of at least 1`);
    }
  }
  if (imageHeight % patchSize !== 0 || imageWidth % patchSize !== 0) {
    throw new RangeError(
      `Cannot cut images of ${imageHeight}×${imageWidth} into patches of ${patchSize}×${patchSize}: ` +
        "choose a patch size that divides both",
    );
  }
  if (dim % numHeads !== 0) {
    throw new RangeError(
      `Cannot split width ${dim} into ${numHeads} heads: choose a number of heads that divides ${dim}`,
    );
  }
  hiddenDim(dim, config.mlpRatio);
  if (!(dropPathRate >= 0 && dropPathRate < 1)) {
    throw new RangeError(`Cannot drop branches at rate ${dropPathRate}: choose one in [0, 1)`);
  }
}
