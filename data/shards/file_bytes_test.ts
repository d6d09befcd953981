import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { ShardError } from "../shard_error.ts";
import { fileBytes } from "./file_bytes.ts";

Deno.test("fileBytes() reads ranges, several at once, and again after it was closed", () =>
  withTempFolder(async (folder) => {
    await Deno.writeFile(`${folder}/file`, Uint8Array.from({ length: 1000 }, (_, i) => i % 256));
    const bytes = fileBytes(`${folder}/file`);
    assert.equal(await bytes.size(), 1000);
    const ranges = await Promise.all([900, 0, 300].map((offset) => bytes.read(offset, 100)));
    assert.deepEqual(ranges.map(([first]) => first), [900 % 256, 0, 300 % 256]);
    assert.deepEqual(ranges.map(({ byteOffset, length }) => [byteOffset, length]), Array(3).fill([0, 100]));
    bytes.close?.();
    assert.deepEqual(await bytes.read(1, 2), Uint8Array.of(1, 2));
    bytes.close?.();
  }));

Deno.test("fileBytes() refuses what is not there, by name", () =>
  withTempFolder(async (folder) => {
    const fails = (check: string) => (error: unknown) =>
      error instanceof ShardError && error.check === check && error.message.includes(folder);
    await Deno.writeFile(`${folder}/file`, new Uint8Array(10));
    const bytes = fileBytes(`${folder}/file`);
    await assert.rejects(bytes.read(5, 6), fails("size"));
    assert.equal((await bytes.read(5, 5)).length, 5); // one failure is not the next one's
    bytes.close?.();
    await assert.rejects(fileBytes(`${folder}/none`).read(0, 1), fails("exists"));
    await assert.rejects(fileBytes(`${folder}/none`).size(), fails("exists"));
    await assert.rejects(fileBytes(folder).size(), fails("exists"));
  }));
