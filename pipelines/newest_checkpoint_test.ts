import assert from "node:assert/strict";
import { writeCheckpoint } from "./checkpoint.ts";
import { CheckpointError } from "./errors.ts";
import { newestCheckpoint } from "./newest_checkpoint.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testConfig } from "./_test_config.ts";

/** A run folder with checkpoints at some steps. */
function write(folder: string, steps: readonly number[]): string[] {
  Deno.mkdirSync(`${folder}/checkpoints`);
  const rest = { config: testConfig(), dataHash: "abc", orderHash: "def", tensors: {} };
  return steps.map((step) => writeCheckpoint(`${folder}/checkpoints`, { step, ...rest }));
}

Deno.test("newestCheckpoint() passes over what is damaged, and tells it", () => {
  using folder = new TemporaryFolder();
  const [older, newer] = write(folder.path, [10, 20]) as [string, string];
  assert.deepEqual([newestCheckpoint(folder.path)!.path, newestCheckpoint(folder.path)!.damaged], [
    newer,
    [],
  ]);
  Deno.truncateSync(newer, 3);
  const { checkpoint, path, damaged } = newestCheckpoint(folder.path)!;
  assert.deepEqual([checkpoint.step, path, damaged.length], [10, older, 1]);
  assert.equal(damaged[0]!.path, newer);
  assert.match(damaged[0]!.reason, /step-00000020\.safetensors: it has 3 bytes/);

  Deno.truncateSync(older, 3);
  assert.throws(() => newestCheckpoint(folder.path), (error: unknown) => {
    assert.ok(error instanceof CheckpointError);
    assert.match(error.message, /step-00000020.*; .*step-00000010.*: remove .* to start again$/);
    return true;
  });
});

Deno.test("newestCheckpoint() finds nothing in a folder without checkpoints", () => {
  using folder = new TemporaryFolder();
  assert.equal(newestCheckpoint(folder.path), undefined);
});
