import assert from "node:assert/strict";
import { withTempFolder } from "./_with_temp_folder.ts";
import { StorageError } from "./storage_error.ts";
import { writeAtomically } from "./write_atomically.ts";

Deno.test("writeAtomically() replaces a file by bytes or text, and leaves nothing beside it", () =>
  withTempFolder(async (folder) => {
    writeAtomically(`${folder}/file`, Uint8Array.of(1, 2, 3));
    assert.deepEqual([...await Deno.readFile(`${folder}/file`)], [1, 2, 3]);
    writeAtomically(`${folder}/file`, "é");
    assert.deepEqual([...await Deno.readFile(`${folder}/file`)], [0xc3, 0xa9]); // UTF-8
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["file"]);
  }));

Deno.test("writeAtomically() that cannot write or rename says so, and leaves what stood there", () =>
  withTempFolder(async (folder) => {
    await Deno.mkdir(`${folder}/name`); // a folder cannot be replaced by a file
    for (const file of [`${folder}/name`, `${folder}/none/file`]) {
      assert.throws(
        () => writeAtomically(file, "text"),
        (error) => error instanceof StorageError && error.file === file,
      );
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["name"]);
  }));
