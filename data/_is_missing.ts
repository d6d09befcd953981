/** Whether a file could not be opened because there is none, nor perhaps a folder for it. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
