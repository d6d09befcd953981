import { ConfigError } from "@lacuna/pipelines";
import { nearestName } from "@lacuna/tensor/nearest-name";
import { data2vecTargets } from "./data2vec_targets.ts";
import { data2vecTime } from "./data2vec_time.ts";
import { extremaParts } from "./extrema_parts.ts";
import { extremaViews } from "./extrema_views.ts";
import { maskRatio } from "./mask_ratio.ts";
import { mtoSearch } from "./mto_search.ts";
import { mtoStudy } from "./mto_study.ts";
import { numMasks } from "./num_masks.ts";
import { oneTable } from "./one_table.ts";
import { presets } from "./presets.ts";
import type { Study } from "./study.ts";

/** Every study that the command line knows. */
export const studies: readonly Study[] = [
  maskRatio,
  numMasks("steps"),
  numMasks("time"),
  extremaParts,
  extremaViews,
  data2vecTargets,
  data2vecTime,
  mtoSearch,
  mtoStudy("simmim", "SimMIM"),
  mtoStudy("mae", "MAE"),
  presets,
  oneTable("fashion-mnist"),
  oneTable("emoji"),
];

/**
 * A study by its name.
 * @throws {ConfigError} If there is none, naming the nearest.
 */
export function studyNamed(name: string): Study {
  const found = studies.find((study) => study.name === name);
  if (found) return found;
  const names = studies.map(({ name }) => name);
  const near = nearestName(name, names);
  throw new ConfigError(
    `There is no study ${name}: ${near ? `did you mean ${near}?` : `choose one of ${names.join(", ")}`}`,
  );
}
