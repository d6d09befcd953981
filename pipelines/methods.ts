import { nearestName } from "@lacuna/tensor/nearest-name";
import { beitMethod } from "./beit.ts";
import { bootmaeMethod } from "./bootmae.ts";
import { byolMethod } from "./byol.ts";
import { conmimMethod } from "./conmim.ts";
import { data2vecMethod } from "./data2vec.ts";
import { data2vec2Method } from "./data2vec2.ts";
import { ConfigError } from "./errors.ts";
import { extremaMethod } from "./extrema_method.ts";
import { maeMethod } from "./mae.ts";
import { maskfeatMethod } from "./maskfeat.ts";
import type { Method, MethodConfig } from "./method.ts";
import { simmimMethod } from "./simmim.ts";

const methods: Readonly<Record<string, Method<MethodConfig, unknown>>> = {
  extrema: extremaMethod,
  data2vec: data2vecMethod,
  data2vec2: data2vec2Method,
  mae: maeMethod,
  simmim: simmimMethod,
  maskfeat: maskfeatMethod,
  beit: beitMethod,
  bootmae: bootmaeMethod,
  conmim: conmimMethod,
  byol: byolMethod,
};

/** The names that {@linkcode methodNamed} knows. */
export const methodNames: readonly string[] = Object.keys(methods);

/**
 * A method by the name that the command line and `run.json` have.
 * @throws {ConfigError} If there is none, naming the nearest.
 */
export function methodNamed(name: string): Method<MethodConfig, unknown> {
  if (Object.hasOwn(methods, name)) return methods[name]!;
  const near = nearestName(name, methodNames);
  throw new ConfigError(
    `There is no method ${name}: ${
      near ? `did you mean ${near}?` : `choose one of ${methodNames.join(", ")}`
    }`,
  );
}

/**
 * One of a method's configs by its name.
 * @throws {ConfigError} If there is none, naming the nearest.
 */
export function presetOf<Config extends MethodConfig>(
  { presets, title }: Pick<Method<Config, never>, "presets" | "title">,
  name: string,
): Config {
  if (Object.hasOwn(presets, name)) return presets[name]!;
  const names = Object.keys(presets);
  const near = nearestName(name, names);
  throw new ConfigError(
    `${title} has no preset ${name}: ${near ? `did you mean ${near}?` : `choose one of ${names.join(", ")}`}`,
  );
}
