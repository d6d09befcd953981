import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { SourceError } from "../source_error.ts";
import { StorageError } from "../storage_error.ts";
import type { Source } from "../sources/source.ts";
import { everyKindRow, everyKindSource } from "./_test_source.ts";
import { ShardError } from "../shard_error.ts";
import { verifyDataset } from "./verify_dataset.ts";
import { writeShards } from "./write_shards.ts";

const options = { rowsPerBlock: 2, shardBytes: 4000 };

/** Names and contents of all files. */
async function contents(folder: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  for (const name of names) files[name] = await Deno.readFile(`${folder}/${name}`);
  return files;
}

/** Runs the import in a process of its own, which is killed after some lines of its output. */
async function slowImport(folder: string, killAfter: number): Promise<boolean> {
  const script = new URL("_slow_import.ts", import.meta.url).pathname;
  const args = [
    "run",
    "--quiet",
    `--allow-read=${folder}`,
    `--allow-write=${folder}`,
    script,
    folder,
  ];
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: killAfter === Infinity ? "null" : "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const steps = killAfter === Infinity ? undefined : child.stdin.getWriter();
  let numLines = 0;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    const newLines = chunk.split("\n").length - 1;
    numLines += newLines;
    if (newLines > 0 && numLines === killAfter) child.kill("SIGKILL"); // it waits for the next step
    else await steps?.write(new Uint8Array(newLines));
  }
  await steps?.close().catch(() => {}); // of one that was killed it is broken
  return (await child.status).success;
}

Deno.test("an import that is killed again and again ends with the bytes of one that is not", () =>
  withTempFolder(async (folder) => {
    const [whole, cut] = [`${folder}/whole`, `${folder}/cut`];
    await Deno.mkdir(cut);
    const uncut = slowImport(whole, Infinity);
    for (const killAfter of [1, 5, 8, 13]) { // of about 25 blocks, 5 to a shard
      assert.ok(!await slowImport(cut, killAfter), `it ended before block ${killAfter}`);
    }
    assert.ok(await slowImport(cut, Infinity));
    assert.ok(await uncut);
    const expected = await contents(whole);
    assert.ok(Object.keys(expected).length > 4);
    assert.deepEqual(await contents(cut), expected);
    assert.deepEqual((await verifyDataset(cut)).problems, []);
    assert.deepEqual((await verifyDataset(cut)).manifest.dropped, { ninth: 45 + 6 }); // multiples of 9 below 400 and 50
  }));

/** Stops the import before an item of the training split. */
async function cutImport(folder: string, before: number): Promise<void> {
  const source = everyKindSource();
  const cut: Source = {
    ...source,
    splits: {
      ...source.splits,
      train: {
        ...source.splits["train"]!,
        items: async function* (from) {
          let i = from;
          for await (const item of source.splits["train"]!.items(from)) {
            if (i++ === before) throw new Error("cut");
            yield item;
          }
        },
      },
    },
  };
  await assert.rejects(writeShards(folder, cut, options), /^Error: cut$/);
}

Deno.test("an import that fails before one of its items goes on to the same bytes", () =>
  withTempFolder(async (folder) => {
    await writeShards(`${folder}/whole`, everyKindSource(), options);
    const expected = await contents(`${folder}/whole`);
    for (const before of [0, 1, 2, 7, 8, 9, 16, 24]) {
      await cutImport(`${folder}/${before}`, before);
      const left = Object.keys(await contents(`${folder}/${before}`));
      assert.ok(!left.includes("manifest.json") && !left.some((name) => name.endsWith(".tmp")), `${left}`);
      await writeShards(`${folder}/${before}`, everyKindSource(), options);
      assert.deepEqual(await contents(`${folder}/${before}`), expected);
    }
  }));

Deno.test("an import goes on if it died between a shard and the journal, or before the journal was removed", () =>
  withTempFolder(async (folder) => {
    await writeShards(`${folder}/whole`, everyKindSource(), options);
    const expected = await contents(`${folder}/whole`);
    await cutImport(`${folder}/cut`, 10);
    const journal = await Deno.readFile(`${folder}/cut/import.jsonl`);
    await cutImport(`${folder}/cut`, 20); // more shards than the journal will know of
    for (let time = 0; time < 2; time++) { // and again, now with a manifest
      await Deno.writeFile(`${folder}/cut/import.jsonl`, journal);
      await writeShards(`${folder}/cut`, everyKindSource(), options);
      assert.deepEqual(await contents(`${folder}/cut`), expected);
    }
  }));

Deno.test("an import goes on if its journal was cut anywhere in a line, and not if it was damaged", () =>
  withTempFolder(async (folder) => {
    await writeShards(`${folder}/whole`, everyKindSource(), options);
    const expected = await contents(`${folder}/whole`);
    await cutImport(`${folder}/cut`, 20);
    const file = `${folder}/cut/import.jsonl`;
    const journal = await Deno.readFile(file);
    const header = journal.indexOf(10) + 1;
    for (const length of [header, header + 1, (header + journal.length) >> 1, journal.length - 1]) {
      await Deno.remove(`${folder}/cut/manifest.json`).catch(() => {});
      await Deno.writeFile(file, journal.subarray(0, length));
      await writeShards(`${folder}/cut`, everyKindSource(), options);
      assert.deepEqual(await contents(`${folder}/cut`), expected);
    }
    for (const at of [0, header >> 1, header + 100, journal.length - 2]) {
      const damaged = journal.slice();
      damaged[at]! ^= 1;
      await Deno.writeFile(file, damaged);
      await assert.rejects(
        writeShards(`${folder}/cut`, everyKindSource(), options),
        (error) => error instanceof ShardError && error.file === file && /no journal/.test(error.message),
      );
    }
  }));

Deno.test("an import stops on a signal and goes on later", () =>
  withTempFolder(async (folder) => {
    const interrupt = new AbortController();
    const stopping = writeShards(folder, everyKindSource(), {
      ...options,
      signal: interrupt.signal,
      onProgress: ({ rows }) => rows >= 10 && interrupt.abort(new Error("interrupted")),
    });
    await assert.rejects(stopping, /interrupted/);
    await writeShards(folder, everyKindSource(), options);
    assert.deepEqual((await verifyDataset(folder)).problems, []);
  }));

Deno.test("an import does not go on from another source or with other options", () =>
  withTempFolder(async (folder) => {
    const source = everyKindSource();
    const train = source.splits["train"]!;
    await cutImport(folder, 20);
    const before = await contents(folder);
    const refused: readonly [Source, typeof options, RegExp][] = [
      [{ ...source, name: "other" }, options, /its name was "every kind" and is now "other"/],
      [{ ...source, columns: source.columns.slice(1) }, options, /its columns was/],
      [{ ...source, splits: { train } }, options, /its splits was/],
      [
        { ...source, splits: { ...source.splits, train: { ...train, numItems: 26 } } },
        options,
        /its splits was/,
      ],
      [source, { ...options, rowsPerBlock: 4 }, /its rowsPerBlock was 2 and is now 4/],
      [
        {
          ...source,
          splits: {
            ...source.splits,
            train: {
              numItems: 25,
              items: async function* (from) {
                for (let i = from; i < 25; i++) yield await Promise.resolve({ row: everyKindRow(100 + i) });
              },
            },
          },
        },
        options,
        /item \d+ of split "train" of every kind is not what it was/,
      ],
      [
        {
          ...source,
          splits: { ...source.splits, train: { numItems: 25, items: async function* () {} } },
        },
        options,
        /item \d+ of split "train" of every kind is not what it was/,
      ],
    ];
    for (const [other, otherOptions, says] of refused) {
      await assert.rejects(
        writeShards(folder, other, otherOptions),
        (error) => error instanceof SourceError && says.test(error.message),
      );
      assert.deepEqual(await contents(folder), before);
    }
    await writeShards(folder, { ...source, name: "other" }, { ...options, replace: true });
    assert.equal((await verifyDataset(folder)).manifest.name, "other");
  }));

Deno.test("an import does not vouch for what was damaged while it was cut short", () =>
  withTempFolder(async (folder) => {
    await cutImport(folder, 20);
    const bytes = await Deno.readFile(`${folder}/train-00000.arrow`);
    bytes[bytes.length >> 1]! ^= 4;
    await Deno.writeFile(`${folder}/train-00000.arrow`, bytes);
    await assert.rejects(writeShards(folder, everyKindSource(), options), ShardError);
  }));

Deno.test("an import does not take the place of another data set unless it is told so", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, everyKindSource(), options);
    const before = await contents(folder);
    await Deno.writeTextFile(`${folder}/notes.txt`, "mine");
    await assert.rejects(writeShards(folder, everyKindSource(), options), StorageError);
    assert.deepEqual(await contents(folder), { ...before, "notes.txt": new TextEncoder().encode("mine") });
    await writeShards(folder, everyKindSource(), { rowsPerBlock: 64, replace: true });
    assert.deepEqual(Object.keys(await contents(folder)), [
      "manifest.json",
      "notes.txt",
      "test-00000.arrow",
      "train-00000.arrow",
    ]);
  }));
