import fc from "fast-check";
import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import type { ShardCheck } from "../shard_error.ts";
import { everyKindSource } from "./_test_source.ts";
import type { Manifest } from "./manifest.ts";
import { verifyDataset } from "./verify_dataset.ts";
import { writeShards } from "./write_shards.ts";

const options = { rowsPerBlock: 4, shardBytes: 4500 };

Deno.test("verifyDataset() tells any byte that was changed in any shard", () =>
  withTempFolder(async (folder) => {
    const { splits } = await writeShards(folder, everyKindSource(), options);
    const shards = Object.values(splits).flatMap(({ shards }) => shards);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...shards),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        async (shard, where, mask) => {
          const file = `${folder}/${shard.file}`;
          const whole = await Deno.readFile(file);
          const bytes = whole.slice();
          bytes[Math.floor(where * bytes.length)]! ^= mask;
          await Deno.writeFile(file, bytes);
          const { problems } = await verifyDataset(folder);
          assert.deepEqual(problems.map(({ check, file }) => [check, file]), [["sha256", file]]);
          await Deno.writeFile(file, whole);
        },
      ),
      { numRuns: 60 },
    );
    assert.deepEqual((await verifyDataset(folder)).problems, []);
  }));

const lies: Record<string, readonly [(manifest: Manifest) => unknown, ShardCheck, RegExp]> = {
  "another data set's name in the shards": [(m) => ({ ...m, name: "other" }), "schema", /name/],
  "another class's name": [
    (m) => ({
      ...m,
      columns: m.columns.map((c) => c.kind === "label" ? { ...c, classNames: ["even", "strange"] } : c),
    }),
    "schema",
    /strange/,
  ],
  "another content hash": [
    (m) => withTest(m, { contentHash: "0".repeat(64) }),
    "contentHash",
    /rows of split "test" have [0-9a-f]{64}, the manifest says 0{64}/,
  ],
  "class counts that are not the rows'": [
    (m) => withTest(m, { statistics: { ...m.splits["test"]!.statistics, label: { classCounts: [2, 3] } } }),
    "statistics",
    /column "label" of split "test" has \{"classCounts":\[3,2\]\}, the manifest says/,
  ],
  "a shard that is longer than it says": [
    (m) => withTest(m, { shards: m.splits["test"]!.shards.map((shard) => ({ ...shard, bytes: 100_000 })) }),
    "size",
    /100000/,
  ],
};

function withTest(manifest: Manifest, changes: Partial<Manifest["splits"][string]>): Manifest {
  const { splits } = manifest;
  return { ...manifest, splits: { ...splits, test: { ...splits["test"]!, ...changes } } };
}

for (const [what, [lie, check, says]] of Object.entries(lies)) {
  Deno.test(`verifyDataset() tells ${what}: check "${check}"`, () =>
    withTempFolder(async (folder) => {
      const manifest = await writeShards(folder, everyKindSource(), options);
      await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify(lie(manifest)));
      const { problems } = await verifyDataset(folder);
      assert.ok(problems.length > 0);
      assert.deepEqual(problems[0]!.check, check);
      assert.match(problems[0]!.message, says);
    }));
}

Deno.test("verifyDataset() looks at every shard, says how far it is, and counts what is whole", () =>
  withTempFolder(async (folder) => {
    const { splits } = await writeShards(folder, everyKindSource(), options);
    const [first, second, ...others] = splits["train"]!.shards;
    await Deno.remove(`${folder}/${first!.file}`);
    await Deno.truncate(`${folder}/${second!.file}`, 100);
    const progress: number[] = [];
    const report = await verifyDataset(folder, { onProgress: ({ bytes }) => progress.push(bytes) });
    assert.deepEqual(report.problems.map(({ check }) => check), ["exists", "size"]);
    const whole = [...others, ...splits["test"]!.shards];
    assert.equal(report.rows, whole.reduce((sum, { rows }) => sum + rows, 0));
    assert.equal(report.bytes, whole.reduce((sum, { bytes }) => sum + bytes, 0));
    assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
  }));
