import { SourceError } from "../source_error.ts";
import type { SourceFlags, SourceOption, SourcePaths } from "./source_kinds.ts";

/** The value of an option: a whole number above 0. */
export function aboveZero(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new RangeError("Write a whole number above 0");
}

/** The value of an option: names with commas between. */
export function names(text: string): string[] {
  return text.split(",").map((name) => name.trim());
}

/** The value of an option: 0.1 or 10%. */
export function share(text: string): number {
  const number = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (number > 0 && number < 1) return number;
  throw new RangeError("Write a share between 0 and 1, such as 0.1 or 10%");
}

/** The order that `--sorted` asks for. */
export function orderOf(sorted: boolean | undefined): { readonly order?: "sorted" } {
  return sorted ? { order: "sorted" } : {};
}

/** The path of a source that takes one. */
export function onlyPath(paths: SourcePaths): string {
  return Object.values(paths).flat()[0]!;
}

/**
 * Refuses options that are about nothing without another.
 * @throws {SourceError} If one of them is there and the other is not.
 */
export function requireWith(
  flags: SourceFlags,
  needed: keyof SourceFlags,
  ...others: (keyof SourceFlags)[]
): void {
  const other = others.find((name) => flags[name] !== undefined);
  if (flags[needed] !== undefined || other === undefined) return;
  const written = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new SourceError(
    other,
    `${written(other)} says nothing without ${written(needed)}: give both, or neither`,
  );
}

export const size: SourceOption = {
  flags: "--size <pixels>",
  help: "decodes each image to a square of so many pixels a side (default: files are kept as they are)",
  parse: aboveZero,
};
export const grey: SourceOption = { flags: "--grey", help: "decoded images are grey, not in colour" };
export const noLabels: SourceOption = { flags: "--no-labels", help: "folders are not classes" };
export const sorted: SourceOption = {
  flags: "--sorted",
  help: "rows stay class by class, by path (default: mixed, in an order that is always the same)",
};
export const classNames: SourceOption = {
  flags: "--class-names <names>",
  help: "what the numbers of the classes mean, with commas between",
  parse: names,
};
