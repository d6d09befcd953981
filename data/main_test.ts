import assert from "node:assert/strict";
import { withTempFolder } from "./_with_temp_folder.ts";
import { writeTestSet } from "./commands/_test_set.ts";
import { main } from "./main.ts";
import type { LabelColumn } from "./shards/column.ts";
import { openDataset } from "./shards/open_dataset.ts";
import { rowsFrom } from "./sources/dataset_source.ts";

/** Runs a command within this process. */
async function data(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = "", error = "";
  const code = await main(args, {
    write: (text) => void (out += text),
    writeError: (text) => void (error += text),
    isTerminal: false,
    columns: 100,
  });
  return { code, out, error };
}

/** Runs a command that must succeed. */
async function dataOk(...args: string[]): Promise<string> {
  const { code, out, error } = await data(...args);
  assert.equal(code, 0, error);
  return out;
}

async function notesOf(folder: string, split: string): Promise<string[]> {
  const dataset = await openDataset(folder), notes: string[] = [];
  for await (const { row } of rowsFrom(dataset.split(split))) notes.push(row["note"] as string);
  dataset.close();
  return notes;
}

Deno.test("data without a command tells what there is", async () => {
  const { code, out, error } = await data();
  assert.deepEqual([code, error], [0, ""]);
  for (const command of ["import", "info", "head", "verify", "stats", "shuffle", "split", "merge"]) {
    assert.match(out, new RegExp(`^  ${command} `, "m"));
  }
});

Deno.test("data exits with 2 on what it does not know, and names the nearest", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(folder);
    const expected: readonly [RegExp, ...string[]][] = [
      [/unknown command 'infos'\s+\(Did you mean info\?\)/, "infos"],
      [/unknown option '--jsno'\s+\(Did you mean --json\?\)/, "head", folder, "--jsno"],
      [/There is no data set in .*-nowhere/, "info", `${folder}-nowhere`],
      [/There is no split "trian".*did you mean "train"/, "head", folder, "--split", "trian"],
      [/no row 40 in train: it has 40, counted from 0/, "head", folder, "--from", "40"],
      [/Write a whole number from 1 on/, "head", folder, "-n", "0"],
      [/required option '--out/, "split", folder, "--parts", "a=50%"],
      [/Cannot read the part "a=0"/, "split", folder, "--out", `${folder}/x`, "--parts", "a=0"],
      [/The parts are 120 % together/, "split", folder, "--out", `${folder}/x`, "--parts", "a=60%", "b=60%"],
      [/nothing to merge/, "merge", folder, "--out", `${folder}/x`],
      [/There is a data set in .* already/, "merge", folder, folder, "--out", folder],
      [/where a set is read from/, "merge", folder, folder, "--out", folder, "--replace"],
      [/unknown command 'asterisc'\s+\(Did you mean asterisk\?\)/, "import", "asterisc"],
    ];
    for (const [message, ...args] of expected) {
      const { code, error } = await data(...args);
      assert.match(error, message);
      assert.equal(code, 2, args.join(" "));
    }
  }));

Deno.test("data info tells rows, classes and statistics; its sheet and page are whole", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(folder);
    const out = await dataOk("info", folder);
    assert.match(out, /^digits: 50 rows, /);
    assert.match(out, /licence {3}MIT/);
    assert.match(out, /^ {2}two & more {2}13 {2}█{29}▊$/m); // 13 of 14 of 32: 29.7
    assert.equal(JSON.parse(await dataOk("info", folder, "--json")).splits.train.rows, 40);

    await dataOk("info", folder, "--sheet", "--html");
    const png = await Deno.readFile(`${folder}/sheet.png`);
    assert.equal(String.fromCharCode(...png.subarray(1, 4)), "PNG");
    const page = await Deno.readTextFile(`${folder}/info.html`);
    assert.ok(page.includes("two &#38; more"));
    assert.equal(page.match(/<img /g)!.length, 30 + 10); // ten of each class, all that test has
    assert.ok(!/(?:src|href)=["']?(?:https?:)?\/\//.test(page)); // asks for nothing beside itself
  }));

Deno.test("data head shows rows as a table or as JSON, from any row on", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(folder);
    const lines = (await dataOk("head", folder, "-n", "2", "--from", "7")).trimEnd().split("\n");
    assert.deepEqual(lines.slice(1), [
      '  7  4 × 4 × 1, mean 146.5  one         row 7\\n"éé"', // (49 + 13 · 7.5), below 256
      lines[2],
    ]);
    const row = JSON.parse(await dataOk("head", folder, "-n", "1", "--from", "5", "--json"));
    assert.deepEqual([row.row, row.label, row.labelClass, row.note], [5, 2, "two & more", 'row 5\n""']);
    assert.equal(atob(row.image).charCodeAt(1), 5 * 7 + 13);
  }));

Deno.test("data verify passes what is whole; otherwise it names file and check, and exits with 3", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(folder);
    assert.match(await dataOk("verify", folder), /digits is whole: 50 rows/);
    const file = `${folder}/train-00000.arrow`, bytes = await Deno.readFile(file);
    bytes[1000]! ^= 1;
    await Deno.writeFile(file, bytes);
    const { code, error } = await data("verify", folder);
    assert.equal(code, 3);
    assert.match(error, /train-00000\.arrow, block \d+.* fails the check "sha256"/);
    assert.match(error, /digits is damaged: 1 problem/);
  }));

Deno.test("data stats computes what the manifest says", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(folder);
    const { manifest } = await openDataset(folder);
    const { train } = JSON.parse(await dataOk("stats", folder, "--json"));
    assert.deepEqual(train.columns.image, manifest.splits["train"]!.statistics["image"]);
    assert.equal(train.columns.note.words.mean, 3); // "row", its number, quotes
  }));

Deno.test("data split deals every row out once, and leaves other splits alone", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(`${folder}/digits`);
    const out = `${folder}/dealt`, all = await notesOf(`${folder}/digits`, "train");
    await dataOk("split", `${folder}/digits`, "--parts", "learn=75%", "val=25%", "--out", out, "--stratify");
    const learn = await notesOf(out, "learn"), val = await notesOf(out, "val");
    assert.deepEqual([learn.length, val.length], [30, 10]);
    assert.deepEqual([...learn, ...val].sort(), all.toSorted());
    assert.deepEqual(await notesOf(out, "test"), await notesOf(`${folder}/digits`, "test"));
    const { manifest } = await openDataset(out);
    const counts = manifest.splits["val"]!.statistics["label"] as { classCounts: number[] };
    assert.ok(counts.classCounts.every((n) => n === 3 || n === 4)); // of 14, 13, 13
    await dataOk("verify", out);
  }));

Deno.test("data shuffle writes the same rows in another order, which the seed decides", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(`${folder}/a`);
    for (const [name, seed] of [["b", "0"], ["c", "0"], ["d", "1"]] as const) {
      await dataOk("shuffle", `${folder}/a`, "--out", `${folder}/${name}`, "--seed", seed);
    }
    const [a, b, c, d] = await Promise.all(
      ["a", "b", "c", "d"].map((name) => notesOf(`${folder}/${name}`, "train")),
    );
    assert.deepEqual(b!.toSorted(), a!.toSorted());
    assert.notDeepEqual(b, a);
    assert.deepEqual(c, b);
    assert.notDeepEqual(d, b);
  }));

Deno.test("data merge joins splits of the same name, and gives rows the labels of the united classes", () =>
  withTempFolder(async (folder) => {
    await writeTestSet(`${folder}/a`);
    const columns = [
      { name: "image", kind: "image", shape: [4, 4, 1] },
      { name: "label", kind: "label", classNames: ["one", "three", "zero"] },
      { name: "note", kind: "text" },
    ] as const;
    await writeTestSet(`${folder}/b`, { columns });
    const refused = await data("merge", `${folder}/a`, `${folder}/b`, "--out", `${folder}/c`);
    assert.equal(refused.code, 3);
    assert.match(refused.error, /classes of label differ: "three" is not in the first set; --unite-classes/);
    await dataOk("merge", `${folder}/a`, `${folder}/b`, "--out", `${folder}/c`, "--unite-classes");
    const { manifest } = await openDataset(`${folder}/c`);
    const { classNames } = manifest.columns[1] as LabelColumn;
    assert.deepEqual(classNames, ["zero", "one", "two & more", "three"]);
    const { classCounts } = manifest.splits["test"]!.statistics["label"] as { classCounts: number[] };
    assert.deepEqual(classCounts, [4 + 3, 3 + 4, 3, 3]); // of b: 4 one, 3 three, 3 zero
  }));
