import type { Column } from "../shards/column.ts";
import type { Value } from "../shards/rows.ts";

/** What a text or number found somewhere becomes. */
export type ParsedField = { readonly value: Value } | { readonly dropped: string; readonly detail: string };

const MAX_CLASSES = 2 ** 20; // that a column of labels without names can tell
const MAX_TOKEN = 2 ** 31 - 1;
const KIND_IN_WORDS: Readonly<Record<string, string>> = {
  text: "string of Unicode", // JSON can spell half a character, UTF-8 cannot
  label: "class",
  tokens: "list of token indices",
};
const indicesByName = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/**
 * A text, number, label or tokens column's value from what a JSON field, a CSV cell or a small file holds.
 *
 * A label is a class's name, or, where nobody has named the classes, a number from 0.
 */
export function parseField(column: Column, found: unknown): ParsedField {
  if (found === undefined || found === null) {
    return { dropped: `${column.name} is missing`, detail: `there is no ${column.name}` };
  }
  const value = valueOf(column, found);
  if (value !== undefined) return { value };
  const shown = JSON.stringify(found, (_, part) => typeof part === "bigint" ? String(part) : part) ??
    String(found);
  return {
    dropped: `${column.name} is not a ${KIND_IN_WORDS[column.kind] ?? column.kind}`,
    detail: `${column.name} is ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}, not a ${
      describe(column)
    }`,
  };
}

function valueOf(column: Column, found: unknown): Value | undefined {
  switch (column.kind) {
    case "text":
      return typeof found === "string" && found.isWellFormed() ? found : scalarText(found);
    case "number":
      return numberOf(found);
    case "label":
      return labelOf(column.classNames, found);
    case "tokens":
      return tokensOf(found);
    default:
      return undefined;
  }
}

function scalarText(found: unknown): string | undefined {
  return ["number", "boolean", "bigint"].includes(typeof found) ? String(found) : undefined;
}

function numberOf(found: unknown): number | undefined {
  if (typeof found === "boolean") return Number(found);
  if (typeof found === "bigint") return Number.isSafeInteger(Number(found)) ? Number(found) : undefined;
  if (typeof found === "number") return Number.isFinite(found) ? found : undefined;
  const isNumeral = typeof found === "string" && /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(found);
  return isNumeral ? Number(found) : undefined;
}

function labelOf(classNames: readonly string[], found: unknown): number | undefined {
  const text = typeof found === "string" ? found.trim() : scalarText(found);
  if (text === undefined) return undefined;
  const indexByName = indexOfNames(classNames);
  const byName = indexByName.get(text);
  if (byName !== undefined) return byName;
  const areNumerals = classNames.length > 0 && /^\d+$/.test(classNames[0]!); // then a number is a name, not an index
  const index = !areNumerals && /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return index < (classNames.length || MAX_CLASSES) ? index : undefined;
}

function indexOfNames(classNames: readonly string[]): ReadonlyMap<string, number> {
  let indices = indicesByName.get(classNames);
  if (!indices) indicesByName.set(classNames, indices = new Map(classNames.map((name, i) => [name, i])));
  return indices;
}

function tokensOf(found: unknown): Int32Array | undefined {
  if (found instanceof Int32Array) return found;
  if (!Array.isArray(found) && !ArrayBuffer.isView(found)) return undefined;
  const ids = Array.from(found as ArrayLike<unknown>, numberOf);
  const areIndices = ids.every((id) =>
    id !== undefined && Number.isInteger(id) && id >= 0 && id <= MAX_TOKEN
  );
  return areIndices ? Int32Array.from(ids as number[]) : undefined;
}

function describe(column: Column): string {
  if (column.kind !== "label") return KIND_IN_WORDS[column.kind] ?? column.kind;
  const { classNames } = column;
  if (classNames.length === 0) return "class from 0";
  return `class among ${classNames.slice(0, 5).join(", ")}${classNames.length > 5 ? ", …" : ""}`;
}
