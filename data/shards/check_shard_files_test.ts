import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { checkShardFiles } from "./check_shard_files.ts";
import { writeShards } from "./write_shards.ts";

Deno.test("checkShardFiles() names a file that is cut short, and one that is missing", () =>
  withTempFolder(async (folder) => {
    const items = async function* (from: number) {
      for (let root = from; root < 10; root++) yield { row: { root } };
    };
    const about = { name: "roots", source: "this test", licence: "MIT" };
    const columns = [{ name: "root", kind: "number" }] as const;
    const manifest = await writeShards(folder, { ...about, columns, splits: { train: { items } } });
    await checkShardFiles(folder, manifest);
    const file = `${folder}/train-00000.arrow`;
    const { size } = Deno.statSync(file);
    Deno.truncateSync(file, size - 1);
    const expected = new RegExp(`check "size": it has ${size - 1} bytes, its manifest says ${size}`);
    await assert.rejects(checkShardFiles(folder, manifest), expected);
    Deno.removeSync(file);
    await assert.rejects(checkShardFiles(folder, manifest), /train-00000\.arrow fails the check "exists"/);
  }));
