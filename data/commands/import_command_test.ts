import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { main } from "../main.ts";
import { sourceKinds } from "../sources/source_kinds.ts";

async function data(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = "", error = "";
  const code = await main(args, {
    write: (text) => void (out += text),
    writeError: (text) => void (error += text),
    isTerminal: false,
    columns: 120,
  });
  return { code, out, error };
}

Deno.test("data import lists every source with what it reads, and each tells its options", async () => {
  const { out } = await data("import", "--help");
  for (const [name, { options }] of Object.entries(sourceKinds)) {
    assert.match(out, new RegExp(`^  ${name} `, "m"));
    const help = (await data("import", name, "--help")).out;
    for (const { flags } of options) assert.ok(help.includes(flags), `${name} ${flags}`);
  }
});

Deno.test("data import takes paths for each split, names the set by its folder, and tells what was left out", () =>
  withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.jsonl`, '{"text":"x"}\n{"text":"y"}\n{"text":\n');
    await Deno.writeTextFile(`${folder}/b.jsonl`, '{"text":"z"}\n');
    const paths = [`train=${folder}/a.jsonl`, `test=${folder}/b.jsonl`];
    const { code, out, error } = await data(
      "import",
      "json-lines",
      ...paths,
      "--out",
      `${folder}/set`,
      "--licence",
      "MIT",
    );
    assert.equal(code, 0, error);
    assert.match(out, /Left out: 1 line is not JSON\n {2}train: .*a\.jsonl, line 3: line is not JSON/);
    assert.match(out, /^set: 3 rows \(2 train, 1 test\), .* in .*\/set after/m);
    assert.match((await data("info", `${folder}/set`)).out, /licence {3}MIT/);

    const again = await data("import", "json-lines", ...paths, "--out", `${folder}/set`);
    assert.deepEqual([
      again.code,
      /already: choose another folder, or lose it with --replace/.test(again.error),
    ], [2, true]);
    const missing = await data("import", "json-lines", ...paths, "--out", `${folder}/set`, "--if-missing");
    assert.match(missing.out, /^set: 3 rows \(2 train, 1 test\) in .* already, nothing to do\n$/);
    await Deno.truncate(`${folder}/set/test-00000.arrow`, 100);
    const damaged = await data("import", "json-lines", ...paths, "--out", `${folder}/set`, "--if-missing");
    assert.equal(damaged.code, 3);
    assert.match(damaged.error, /test-00000\.arrow fails the check "size": it has 100 bytes/);
    assert.equal(
      (await data("import", "json-lines", ...paths, "--out", `${folder}/set`, "--replace")).code,
      0,
    );
  }));

Deno.test("data import says what it cannot follow", () =>
  withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.csv`, "text\nx\n");
    const csv = `${folder}/a.csv`, out = ["--out", `${folder}/x`];
    const expected: readonly [number, RegExp, ...string[]][] = [
      [2, /Some paths are for a split and .*a\.csv is not: write train=/, "csv", `test=${csv}`, csv, ...out],
      [2, /Write a number of bytes, such as 64Mi/, "csv", csv, "--shard-bytes", "many", ...out],
      [2, /Allowed choices are none, zstd/, "csv", csv, "--compression", "gzip", ...out],
      [2, /"text:words" is not a column/, "csv", csv, "--fields", "text:words", ...out],
      [2, /gives no name for a set/, "folder", "/"],
      [3, /--documents says nothing without --tokens/, "csv", csv, "--documents", "whole", ...out],
      [3, /There is no folder .*nowhere/, "folder", `${folder}/nowhere`, ...out],
    ];
    for (const [code, message, ...args] of expected) {
      const { error, ...ended } = await data("import", ...args);
      assert.match(error, message);
      assert.equal(ended.code, code, args.join(" "));
    }
  }));
