import { join } from "node:path";
import { SourceError } from "../source_error.ts";
import { cannotRead } from "./_cannot_read.ts";

const MAX_PATHS = 1_000_000;

/**
 * The files that paths stand for, in order: braces are spelled out (`{000..010}`, `{a,b}`), a folder stands for the files in it, and in
 * its folders, whose names end as given.
 * @throws {SourceError} If a path is missing, or a folder has no such file.
 */
export async function expandPaths(
  paths: string | readonly string[],
  endings: readonly string[],
): Promise<string[]> {
  const files: string[] = [];
  for (const path of [paths].flat().flatMap(expandBraces)) {
    const { isDirectory } = await Deno.stat(path).catch((error) => {
      throw cannotRead(path, error);
    });
    const before = files.length;
    if (isDirectory) await addFilesBelow(path, endings, files);
    else files.push(path);
    if (files.length === before) {
      throw new SourceError(path, `There is no file in ${path} whose name ends in ${endings.join(", ")}`);
    }
  }
  return files;
}

/** Adds files by code units of their names, as the order of a folder differs from disk to disk; links are not followed. */
async function addFilesBelow(folder: string, endings: readonly string[], files: string[]): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    throw cannotRead(folder, error);
  });
  for (const { name, isDirectory, isFile } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (isDirectory) await addFilesBelow(join(folder, name), endings, files);
    else if (isFile && endings.some((ending) => name.toLowerCase().endsWith(ending))) {
      files.push(join(folder, name));
    }
  }
}

/** "a{1..3}" → "a1", "a2", "a3"; "{x,y}" → "x", "y"; several braces make all combinations, the last changing fastest. */
export function expandBraces(pattern: string): string[] {
  const [whole, inside] = /\{([^{}]*(?:\.\.|,)[^{}]*)\}/.exec(pattern) ?? [];
  if (whole === undefined || inside === undefined) return [pattern];
  const at = pattern.indexOf(whole);
  const after = expandBraces(pattern.slice(at + whole.length));
  const here = alternatives(inside, pattern);
  if (here.length * after.length > MAX_PATHS) {
    throw new SourceError(
      pattern,
      `${pattern} stands for more than ${MAX_PATHS} paths: name a folder, or fewer`,
    );
  }
  return here.flatMap((alternative) => after.map((rest) => pattern.slice(0, at) + alternative + rest));
}

function alternatives(inside: string, pattern: string): string[] {
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(inside) ?? [];
  if (first === undefined || last === undefined) return inside.split(",");
  const count = Number(last) - Number(first) + 1;
  if (!(count >= 1 && count <= MAX_PATHS)) {
    throw new SourceError(
      pattern,
      `Cannot spell out {${inside}} in ${pattern}: give a first and a larger last number`,
    );
  }
  return Array.from({ length: count }, (_, i) => String(Number(first) + i).padStart(first.length, "0"));
}
