import assert from "node:assert/strict";
import { join } from "node:path";
import { SourceError } from "../source_error.ts";
import { withTempFolder } from "../_with_temp_folder.ts";
import { expandBraces, expandPaths } from "./_expand_paths.ts";

Deno.test("expandBraces() spells out numbers and lists", () => {
  assert.deepEqual(expandBraces("a-{08..11}.tar"), ["a-08.tar", "a-09.tar", "a-10.tar", "a-11.tar"]);
  assert.deepEqual(expandBraces("{a,b}{1..2}"), ["a1", "a2", "b1", "b2"]);
  assert.deepEqual(expandBraces("{a}.{}"), ["{a}.{}"]); // neither numbers nor a list
});

Deno.test("expandBraces() refuses ranges that run backwards or too far", () => {
  for (const pattern of ["{2..1}", "{1..2000000}", "{0..999}{0..999}{0..999}"]) {
    assert.throws(() => expandBraces(pattern), SourceError, pattern);
  }
});

Deno.test("expandPaths() gives the files of a folder by name, and follows no link", async () => {
  await withTempFolder(async (folder) => {
    await Deno.mkdir(join(folder, "b"));
    for (const name of ["c.TXT", "a.txt", "b/x.txt", "note.md"]) {
      await Deno.writeTextFile(join(folder, name), "");
    }
    await Deno.symlink("a.txt", join(folder, "link.txt"));
    await Deno.symlink(".", join(folder, "loop"));
    const names = ["a.txt", "b/x.txt", "c.TXT"].map((name) => join(folder, name));
    assert.deepEqual(await expandPaths(folder, [".txt"]), names);
    assert.deepEqual(await expandPaths([join(folder, "{c.TXT,a.txt}")], [".txt"]), [names[2], names[0]]);
    await assert.rejects(expandPaths(folder, [".csv"]), /no file in .* ends in \.csv/);
    await assert.rejects(expandPaths(join(folder, "d"), []), /there is no such file/);
  });
});
