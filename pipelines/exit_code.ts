import { ImageError, SampleError, ShardError, SourceError, StorageError } from "@lacuna/data";
import { RemoteError } from "@lacuna/data/remote";
import { DeviceError } from "@lacuna/tensor";
import { CommanderError } from "commander";
import {
  BusyError,
  CheckpointError,
  CollapseError,
  ConfigError,
  InterruptedError,
  NonFiniteError,
} from "./errors.ts";

/** What the process's exit code says. */
export const exitCodes = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  data: 3,
  device: 4,
  nonFinite: 5,
  collapse: 6,
  storage: 7,
  interrupted: 130,
} as const;

/** The exit code that stands for an error: what a script may act on. */
export function exitCode(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof ConfigError || isNotCapable(error)) return exitCodes.usage;
  if (error instanceof RemoteError) return error.check === "permission" ? exitCodes.usage : exitCodes.data;
  if ([ShardError, SourceError, SampleError, ImageError].some((type) => error instanceof type)) {
    return exitCodes.data;
  }
  if (error instanceof DeviceError) return exitCodes.device;
  if (error instanceof NonFiniteError) return exitCodes.nonFinite;
  if (error instanceof CollapseError) return exitCodes.collapse;
  if (error instanceof StorageError || error instanceof CheckpointError || error instanceof BusyError) {
    return exitCodes.storage;
  }
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return exitCodes.unexpected;
}

/** Whether Deno's permissions refused it, as they do a folder outside the task's roots; our own error may stand around it. */
function isNotCapable(error: unknown): boolean {
  if (error instanceof Deno.errors.NotCapable) return true;
  return error instanceof Error && error.cause instanceof Deno.errors.NotCapable;
}
