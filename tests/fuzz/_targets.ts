import { fileTargets } from "./_file_targets.ts";
import { datasetTarget, importTarget } from "./_shard_targets.ts";
import { sourceTargets } from "./_source_targets.ts";
import type { FuzzTarget } from "./_target.ts";

/** Every format that is read. */
export const targets: readonly FuzzTarget[] = [
  datasetTarget("shard", /\.arrow$/, "none"),
  datasetTarget("shard-zstd", /\.arrow$/, "zstd"),
  datasetTarget("manifest", /^manifest\.json$/, "none"),
  importTarget,
  ...fileTargets,
  ...sourceTargets,
];
