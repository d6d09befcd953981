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
    if (!isDirectory) files.push(path);
    else {
      const found = await filesBelow(path, endings);
      if (found.length === 0) {
        throw new SourceError(path, `There is no file in ${path} whose name ends in ${endings.join(", ")}`);
      }
      files.push(...found);
    }
  }
  return files;
}

/** By code units of the names, as the order of a folder differs from disk to disk; links are not followed. */
async function filesBelow(folder: string, endings: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    throw cannotRead(folder, error);
  });
  for (const { name, isDirectory, isFile } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (isDirectory) files.push(...await filesBelow(join(folder, name), endings));
    else if (isFile && endings.some((ending) => name.toLowerCase().endsWith(ending))) {
      files.push(join(folder, name));
    }
  }
  return files;
}

/** "a{1..3}" → "a1", "a2", "a3"; "{x,y}" → "x", "y"; several braces make all combinations, the last changing fastest. */
export function expandBraces(pattern: string): string[] {
  const [whole, inside] = /\{([^{}]*(?:\.\.|,)[^{}]*)\}/.exec(pattern) ?? [];
  if (whole === undefined || inside === undefined) return [pattern];
  const at = pattern.indexOf(whole);
  const after = expandBraces(pattern.slice(at + whole.length));
  return alternatives(inside, pattern).flatMap((alternative) =>
    after.map((rest) => pattern.slice(0, at) + alternative + rest)
  );
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
