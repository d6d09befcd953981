import { isMissing } from "../_is_missing.ts";
import { SourceError } from "../source_error.ts";

/** The error for a file of a source that the system does not give; one about permission stays as it is, as Deno says best what to do. */
export function cannotRead(path: string, error: unknown): Error {
  if (error instanceof Deno.errors.NotCapable) return error;
  const reason = isMissing(error) ? "there is no such file" : (error as Error).message;
  return new SourceError(path, `Cannot read ${path} (${reason}): name a file that is there and may be read`, {
    cause: error,
  });
}
