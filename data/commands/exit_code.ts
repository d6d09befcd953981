/**
 * What the exit codes of the command line mean.
 * @module
 */
import { CommanderError } from "commander";
import { ShardError } from "../shard_error.ts";
import { SourceError } from "../source_error.ts";
import { RemoteError } from "../remote/remote_error.ts";
import { StorageError } from "../storage_error.ts";
import { DamagedError } from "./damaged_error.ts";
import { UsageError } from "./usage_error.ts";

/** What the process's exit code says; the same as in the other command lines of the project. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  data: 3,
  storage: 7,
  interrupted: 130,
} as const;

/** The exit code that stands for an error: what a script may act on. */
export function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (isNotCapable(error) || error instanceof UsageError) return exitCodes.usage;
  if (error instanceof RemoteError) return error.check === "permission" ? exitCodes.usage : exitCodes.data;
  if ([ShardError, SourceError, DamagedError].some((type) => error instanceof type)) return exitCodes.data;
  if (error instanceof StorageError) return exitCodes.storage;
  if (error instanceof DOMException && error.name === "AbortError") return exitCodes.interrupted;
  return exitCodes.unexpected;
}

/** Whether Deno's permissions refused it, as they do a folder outside the task's roots; our own error may stand around it. */
function isNotCapable(error: unknown): boolean {
  if (error instanceof Deno.errors.NotCapable) return true;
  return error instanceof Error && error.cause instanceof Deno.errors.NotCapable;
}
