import assert from "node:assert/strict";
import { tinySource } from "./_tiny_source.ts";
import { withTempFolder } from "./_with_temp_folder.ts";
import { readShards } from "./read_shards.ts";
import { StorageError } from "./storage_error.ts";
import { writeShards } from "./write_shards.ts";

Deno.test("writeShards() counts rows and classes, and leaves only whole files", () =>
  withTempFolder(async (folder) => {
    const { splits } = await writeShards(folder, tinySource());
    assert.deepEqual(splits.train.classCounts, [3, 3]);
    assert.deepEqual(splits.test.classCounts, [1, 1]);
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["manifest.json", "test-00000.arrow", "train-00000.arrow"]);
  }));

Deno.test("writeShards() cuts 10,001 rows into two shards, whose order is kept", () =>
  withTempFolder(async (folder) => {
    const labels = Uint8Array.from({ length: 10_001 }, (_, i) => i % 2);
    const images = Uint8Array.from({ length: 6 * 10_001 }, (_, i) => (i * 7919) % 251);
    const source = { ...tinySource(), splits: { train: { images, labels }, test: { images, labels } } };
    const progress: number[] = [];
    const { splits } = await writeShards(folder, source, (numWritten) => progress.push(numWritten));
    assert.deepEqual(splits.train.shards.map(({ rows }) => rows), [10_000, 1]);
    assert.deepEqual(progress, [10_000, 10_001, 20_001, 20_002]);
    const read = await readShards(folder, "train");
    assert.deepEqual(read.images, images);
    assert.deepEqual(read.labels, Int32Array.from(labels));
  }));

Deno.test("writeShards() measures mean and deviation of each channel of the training pixels", () =>
  withTempFolder(async (folder) => {
    const train = { images: Uint8Array.of(0, 51, 255, 153), labels: Uint8Array.of(0, 0) }; // 2 images of 1 × 1 × 2
    const source = { ...tinySource(), height: 1, width: 1, channels: 2, splits: { train, test: train } };
    const { mean, std } = await writeShards(folder, source);
    assert.deepEqual(mean, [0.5, 0.4]); // (0 + 1)/2, (0.2 + 0.6)/2
    assert.deepEqual(std, [0.5, 0.2]); // half the distance of two values
  }));

Deno.test("writeShards() gives the same bytes for the same rows, and another hash for others", () =>
  withTempFolder(async (folder) => {
    const first = await writeShards(folder, tinySource());
    assert.deepEqual(await writeShards(folder, tinySource()), first);
    const altered = tinySource();
    altered.splits.train.labels[0] = 1;
    const { splits } = await writeShards(folder, altered);
    assert.notEqual(splits.train.contentHash, first.splits.train.contentHash);
    assert.equal(splits.test.contentHash, first.splits.test.contentHash);
  }));

Deno.test("writeShards() refuses rows that do not fit each other", () =>
  withTempFolder(async (folder) => {
    const { splits, ...facts } = tinySource();
    const writing = (images: Uint8Array, labels: Uint8Array) =>
      writeShards(folder, { ...facts, splits: { train: { images, labels }, test: splits.test } });
    const { images } = splits.train;
    await assert.rejects(writing(images, Uint8Array.of(0)), /1 labels and 36 bytes of 6 an image/);
    await assert.rejects(writing(images, Uint8Array.of(0, 1, 0, 1, 0, 2)), /Label 2 .* at least 3 classes/);
    await assert.rejects(writing(new Uint8Array(6), Uint8Array.of(0)), /pixels of channel 0 are equal/);
  }));

Deno.test("writeShards() that fails half-way leaves neither a manifest nor a part of a file", () =>
  withTempFolder(async (folder) => {
    await writeShards(folder, tinySource());
    await Deno.remove(`${folder}/test-00000.arrow`);
    await Deno.mkdir(`${folder}/test-00000.arrow`); // a folder cannot be replaced by a file
    await assert.rejects(
      writeShards(folder, tinySource()),
      (error) => error instanceof StorageError && error.file === `${folder}/test-00000.arrow`,
    );
    const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["test-00000.arrow", "train-00000.arrow"]);
  }));

Deno.test("writeShards() says that it cannot make a folder below a file", () =>
  withTempFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(writeShards(`${folder}/file/data`, tinySource()), StorageError);
  }));
