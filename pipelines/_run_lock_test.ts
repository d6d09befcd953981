import assert from "node:assert/strict";
import { StorageError } from "@lacuna/data";
import { BusyError } from "./errors.ts";
import { RunLock } from "./_run_lock.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";

Deno.test("RunLock has a folder for itself until it is disposed of", () => {
  using folder = new TemporaryFolder();
  {
    using _lock = new RunLock(folder.path);
    assert.throws(() => new RunLock(folder.path), (error: unknown) => {
      assert.ok(error instanceof BusyError);
      assert.match(error.message, /^Another process trains in .*: wait for its end/);
      return true;
    });
  }
  using _again = new RunLock(folder.path);
});

Deno.test("RunLock says where it cannot write", () => {
  using folder = new TemporaryFolder();
  assert.throws(() => new RunLock(`${folder.path}/none`), StorageError);
});
