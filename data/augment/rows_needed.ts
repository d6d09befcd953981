/**
 * How much of an image its views show.
 * @module
 */
import type { ImageStep, ImageSteps } from "@lacuna/tensor/image-views";

/**
 * How many rows of an image, from its top, decide what its views are: 1…height. Those below a crop need not be decoded.
 *
 * @example
 * ```ts
 * import { rowsNeeded } from "@lacuna/data/augment";
 * import assert from "node:assert/strict";
 *
 * const box = { top: 10, left: 0, height: 20, width: 30 };
 * assert.equal(rowsNeeded({ shared: [], views: [[{ kind: "flip" }, { kind: "crop", box }]] }, 100), 30);
 * ```
 * @param steps Of the image.
 * @param height Its rows.
 */
export function rowsNeeded({ shared, views }: ImageSteps, height: number): number {
  const byShared = bottomOf(shared);
  if (byShared !== "all") return Math.min(height, byShared);
  const onlyFlipped = shared.every(({ kind }) => kind === "flip");
  const bottoms = onlyFlipped ? views.map((view) => bottomOf(view)) : [];
  const bounds = bottoms.filter((bottom) => bottom !== "all");
  return bounds.length === 0 || bounds.length < bottoms.length
    ? height
    : Math.min(height, Math.max(...bounds));
}

/** The row behind the box that the first step takes; mirroring comes before it or after it. */
function bottomOf(steps: readonly ImageStep[]): number | "all" {
  const first = steps.find(({ kind }) => kind !== "flip");
  if (first?.kind !== "crop" && first?.kind !== "resize" || first.box === undefined) return "all";
  return first.box.top + first.box.height;
}
