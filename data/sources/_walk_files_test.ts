import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { walkFiles } from "./_walk_files.ts";

Deno.test("walkFiles() goes by name, follows links to files, and not links to folders or to nothing", () =>
  withTempFolder(async (folder) => {
    await Deno.mkdir(`${folder}/b/c`, { recursive: true });
    for (const path of ["b/z", "b/c/y", "a", "x"]) await Deno.writeTextFile(`${folder}/${path}`, "");
    await Deno.symlink(`${folder}/x`, `${folder}/b/link`);
    await Deno.symlink(folder, `${folder}/b/circle`);
    await Deno.symlink(`${folder}/none`, `${folder}/b/broken`);
    assert.deepEqual(await Array.fromAsync(walkFiles(folder)), ["a", "b/c/y", "b/link", "b/z", "x"]);
  }));
