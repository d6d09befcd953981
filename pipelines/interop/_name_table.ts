import { CheckpointError } from "../errors.ts";
import type { NamedArrays } from "../named_arrays.ts";
import type { NamedArray } from "../safetensors.ts";

/** How tensors are called elsewhere, by their official names; `{i}` is a block's number. Several where the rows of one are theirs in turn. */
export type NameTable = Readonly<Record<string, readonly string[]>>;

/** The entries of `name.weight` and `name.bias` for a part of each name. */
export function weightAndBias(parts: Readonly<Record<string, readonly string[]>>): NameTable {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([official, theirs]) =>
      ["weight", "bias"].map((kind) => [`${official}.${kind}`, theirs.map((name) => `${name}.${kind}`)])
    ),
  );
}

/** The table under a prefix for each side. */
export function tableUnder(official: string, theirs: string, table: NameTable): NameTable {
  return Object.fromEntries(
    Object.entries(table).map(([name, names]) => [official + name, names.map((other) => theirs + other)]),
  );
}

/**
 * Official names → the table's.
 * @param model What messages call the model.
 * @throws {CheckpointError} Naming every tensor that the table does not know.
 * @throws {TypeError} If the rows of a tensor cannot be shared out.
 */
export function toTheirs(tensors: NamedArrays, table: NameTable, model: string): NamedArrays {
  refuse(Object.keys(tensors).filter((name) => !Object.hasOwn(table, template(name)[0])), model);
  const renamed: Record<string, NamedArray> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const [pattern, index] = template(name);
    const theirs = table[pattern]!;
    const [numRows = 1, ...rest] = shape;
    if (numRows % theirs.length !== 0) {
      throw new TypeError(`Cannot share out the ${numRows} rows of ${name} among ${theirs.join(", ")}`);
    }
    const size = data.length / theirs.length;
    for (const [part, other] of theirs.entries()) {
      renamed[other.replace("{i}", index)] = theirs.length === 1
        ? { shape, data }
        : { shape: [numRows / theirs.length, ...rest], data: data.slice(part * size, (part + 1) * size) };
    }
  }
  return renamed;
}

/**
 * The table's names → official ones.
 * @param model What messages call the model.
 * @throws {CheckpointError} Naming every tensor that the table does not know, or that is not there while others of the same official one are.
 */
export function fromTheirs(tensors: NamedArrays, table: NameTable, model: string): NamedArrays {
  const officialOf = new Map(
    Object.entries(table).flatMap(([official, theirs]) => theirs.map((name) => [name, official])),
  );
  refuse(Object.keys(tensors).filter((name) => !officialOf.has(template(name)[0])), model);
  const names = new Set(
    Object.keys(tensors).map((name) => {
      const [pattern, index] = template(name);
      return officialOf.get(pattern)!.replace("{i}", index);
    }),
  );
  const renamed: Record<string, NamedArray> = {}, missing: string[] = [];
  for (const name of names) {
    const [pattern, index] = template(name);
    const theirs = table[pattern]!.map((other) => other.replace("{i}", index));
    const absent = theirs.filter((other) => !Object.hasOwn(tensors, other));
    if (absent.length > 0) missing.push(...absent);
    else renamed[name] = joinRows(theirs.map((other) => tensors[other]!), theirs);
  }
  if (missing.length > 0) throw new CheckpointError(`${model} lacks ${missing.join(", ")}`);
  return renamed;
}

/** A name with its block's number taken out, and the number. */
function template(name: string): readonly [string, string] {
  const [, index = ""] = /\.(\d+)\./.exec(name) ?? [];
  return [name.replace(/\.\d+\./, ".{i}."), index];
}

function refuse(unknown: readonly string[], model: string): void {
  if (unknown.length > 0) {
    throw new CheckpointError(`${model} has no ${unknown.join(", ")}: leave them out if they are not needed`);
  }
}

function joinRows(parts: readonly NamedArray[], names: readonly string[]): NamedArray {
  const [first, ...others] = parts as [NamedArray, ...NamedArray[]];
  if (others.length === 0) return first;
  const [, ...rest] = first.shape;
  if (others.some(({ shape }) => `${shape}` !== `${first.shape}`)) {
    throw new CheckpointError(
      `${names.join(", ")} have the shapes ${parts.map(({ shape }) => `[${shape}]`).join(", ")}, not one`,
    );
  }
  const data = new Float32Array(parts.length * first.data.length);
  for (const [i, part] of parts.entries()) data.set(part.data, i * first.data.length);
  return { shape: [parts.length * first.shape[0]!, ...rest], data };
}
