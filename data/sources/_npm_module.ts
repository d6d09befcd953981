import { SourceError } from "../source_error.ts";

/**
 * A file of an npm package, as JSON or bytes. It is imported, which asks for no permission; Deno downloads the package when it is first
 * named, and keeps what was imported in memory until the process ends.
 * @param specifier The package with its version and the file, "npm:name@1.0.0/folder/file": computed, so that no tool loads it before.
 * @throws {SourceError} If it cannot be loaded.
 */
export async function npmModule(specifier: string, type: "json"): Promise<unknown>;
export async function npmModule(specifier: string, type: "bytes"): Promise<Uint8Array>;
export async function npmModule(specifier: string, type: "json" | "bytes"): Promise<unknown> {
  try {
    if (type === "bytes") await import(`${packageOf(specifier)}/package.json`, { with: { type: "json" } }); // bytes alone do not install it
    const module: { default: unknown } = await import(specifier, { with: { type } });
    return module.default;
  } catch (cause) {
    const reason = (cause as Error).message;
    const message = `Cannot load ${specifier} (${reason}): the first time, Deno must reach an npm registry`;
    throw new SourceError(specifier, message, { cause });
  }
}

/** "npm:@scope/name@1.0.0/folder/file" → "npm:@scope/name@1.0.0". */
function packageOf(specifier: string): string {
  return /^npm:(@[^/]+\/)?[^/]+/.exec(specifier)![0];
}
