import assert from "node:assert/strict";
import { StorageError } from "@lacuna/data";
import {
  type Checkpoint,
  checkpointDigest,
  type CheckpointMetadata,
  listCheckpoints,
  readCheckpoint,
  setAside,
  writeCheckpoint,
} from "./checkpoint.ts";
import { CheckpointError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testConfig } from "./_test_config.ts";

const checkpoint = (step: number): Checkpoint => ({
  step,
  config: testConfig(),
  dataHash: "abc",
  orderHash: "def",
  tensors: { "student.norm.bias": { shape: [2], data: new Float32Array([step, -1]) } },
});

Deno.test("readCheckpoint() gives back what writeCheckpoint() took", () => {
  using folder = new TemporaryFolder();
  const path = writeCheckpoint(folder.path, checkpoint(12));
  assert.equal(path, `${folder.path}/step-00000012.safetensors`);
  assert.deepEqual(readCheckpoint(path), checkpoint(12));
});

Deno.test("writeCheckpoint() keeps the newest two and leaves nothing half-written", () => {
  using folder = new TemporaryFolder();
  for (const step of [10, 20, 30]) writeCheckpoint(folder.path, checkpoint(step));
  const names = ["step-00000020.safetensors", "step-00000030.safetensors"];
  assert.deepEqual(listCheckpoints(folder.path), names.map((name) => `${folder.path}/${name}`));
  assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), names);
});

Deno.test("writeCheckpoint() says where it cannot write", () => {
  using folder = new TemporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, ""); // root may write anywhere but below a file
  assert.throws(() => writeCheckpoint(`${folder.path}/file`, checkpoint(1)), (error: unknown) => {
    assert.ok(error instanceof StorageError);
    assert.match(error.message, /^Cannot write .*\/file\/step-00000001\.safetensors \(.*\): free some space/);
    return true;
  });
});

Deno.test("listCheckpoints() passes over what a killed write left behind", () => {
  using folder = new TemporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/step-00000001.safetensors.tmp`, "");
  assert.deepEqual(listCheckpoints(folder.path), []);
  assert.deepEqual(listCheckpoints(`${folder.path}/none`), []);
});

Deno.test("readCheckpoint() refuses damaged files and other formats", () => {
  using folder = new TemporaryFolder();
  const path = writeCheckpoint(folder.path, checkpoint(12));
  Deno.truncateSync(path, 100);
  assert.throws(() => readCheckpoint(path), CheckpointError);
  Deno.writeFileSync(path, encodeSafetensors({ tensors: {}, metadata: { format: "pt" } }));
  assert.throws(() => readCheckpoint(path), /is of the format "pt", not "lacuna checkpoint 2"/);
});

Deno.test("readCheckpoint() sees a flipped bit, wherever it is", () => {
  using folder = new TemporaryFolder();
  const path = writeCheckpoint(folder.path, checkpoint(12));
  const whole = Deno.readFileSync(path);
  const key = new TextDecoder("latin1").decode(whole).indexOf("sha256"); // under another name it is no checksum
  for (let i = 0; i < whole.length; i++) {
    if (i >= key && i < key + "sha256".length) continue;
    const flipped = whole.slice();
    flipped[i]! ^= 1;
    Deno.writeFileSync(path, flipped);
    assert.throws(() => readCheckpoint(path), CheckpointError, `byte ${i} of ${whole.length}`);
  }
});

Deno.test("readCheckpoint() refuses a step or config that makes no sense", () => {
  using folder = new TemporaryFolder();
  const path = writeCheckpoint(folder.path, checkpoint(12));
  const { tensors, metadata } = decodeSafetensors(Deno.readFileSync(path), path);
  const rewrite = (changed: Record<string, string>) => {
    const { step, config, dataHash, orderHash } = { ...metadata, ...changed } as CheckpointMetadata;
    const sha256 = checkpointDigest({ step, config, dataHash, orderHash }, tensors); // as a writer gone wrong would
    Deno.writeFileSync(path, encodeSafetensors({ tensors, metadata: { ...metadata, ...changed, sha256 } }));
  };
  for (const step of ["NaN", "1.5", "-1", ""]) {
    rewrite({ step });
    assert.throws(() => readCheckpoint(path), /step-00000012\.safetensors: its step is ".*", not a whole/);
  }
  for (const config of ["{", "null", "3"]) {
    rewrite({ config });
    assert.throws(() => readCheckpoint(path), /step-00000012\.safetensors: its config is no JSON object/);
  }
});

Deno.test("setAside() takes a checkpoint out of the list and keeps the file", () => {
  using folder = new TemporaryFolder();
  const path = writeCheckpoint(folder.path, checkpoint(12));
  setAside(path);
  assert.deepEqual(listCheckpoints(folder.path), []);
  assert.ok(Deno.statSync(`${path}.damaged`).isFile);
  assert.throws(() => setAside(path), StorageError);
});
