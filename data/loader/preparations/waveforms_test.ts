import assert from "node:assert/strict";
import { withTempFolder } from "../../_with_temp_folder.ts";
import { writeFlac } from "../../audio/_write_flac.ts";
import { wavOf16 } from "../../audio/_write_wav.ts";
import { peak } from "../../audio/mod.ts";
import { audioFolderSource } from "../../sources/audio_folder_source.ts";
import { openDataset } from "../../shards/open_dataset.ts";
import { writeShards } from "../../shards/write_shards.ts";
import { createLoader } from "../loader.ts";
import type { BatchArray } from "../batch.ts";
import { type WaveformsOptions, waveformsPreparation } from "./waveforms.ts";

const ramp = (length: number) => Array.from({ length }, (_, i) => 100 + i); // distinct, so that a crop can be told

type Arrays = Readonly<Record<string, BatchArray>>;

/** The arrays of one batch of all sounds in a folder, by row: 10 and 4 samples at 8 kHz, and 8 at 16 kHz. */
async function batchOf(
  options: WaveformsOptions,
  { keepEncoded = false, workers = 0, epoch = 0 } = {},
): Promise<Arrays> {
  let arrays: Arrays | undefined;
  await withTempFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in/a`, { recursive: true });
    await Deno.mkdir(`${folder}/in/b`);
    await Deno.writeFile(`${folder}/in/a/1.wav`, wavOf16(ramp(10), 8000));
    await Deno.writeFile(`${folder}/in/a/2.flac`, writeFlac({ channels: [ramp(4)], sampleRate: 8000 }));
    await Deno.writeFile(`${folder}/in/b/3.wav`, wavOf16(ramp(8), 16000));
    const source = await audioFolderSource({
      order: "sorted",
      path: `${folder}/in`,
      sampleRate: 8000,
      keepEncoded,
    });
    await writeShards(`${folder}/set`, source);
    const dataset = await openDataset(`${folder}/set`);
    const data = dataset.split("train");
    await using loader = await createLoader({
      data,
      preparation: waveformsPreparation(options),
      batchSize: 3,
      shuffle: false,
      workers,
    });
    for await (using batch of loader.batches({ epoch })) {
      arrays = Object.fromEntries(
        Object.entries(batch.arrays).map((
          [name, { values, shape, ...rest }],
        ) => [name, { ...rest, shape, values: values.slice() }]),
      );
    }
    dataset.close();
  });
  return arrays!;
}

const plain = { column: "audio", sampleRate: 8000, length: 12 } as const;
const units = (values: ArrayLike<number>) => Array.from(values, (value) => Math.round(value * 32768));

Deno.test("waveformsPreparation() pads to the longest of the batch, and tells lengths and labels", async () => {
  const { audio, audioLength, label } = await batchOf({ ...plain, beside: ["label"] });
  assert.deepEqual(audio!.shape, [3, 10]);
  assert.deepEqual([...audioLength!.values], [10, 4, 4]); // the third was resampled
  assert.deepEqual([...label!.values], [0, 0, 1]);
  assert.deepEqual(units(audio!.values.subarray(0, 20)), [...ramp(10), ...ramp(4), 0, 0, 0, 0, 0, 0]);
});

Deno.test("waveformsPreparation() gives the same from encoded sounds as from waveforms, and from workers", async () => {
  const options = { ...plain, length: 6, level: { rms: -20 }, standardize: true } as const;
  const expected = await batchOf(options);
  assert.deepEqual(await batchOf(options, { keepEncoded: true }), expected);
  assert.deepEqual(await batchOf(options, { keepEncoded: true, workers: 2 }), expected);
});

Deno.test("waveformsPreparation() cuts by the sample's address, or from the start", async () => {
  const starts = new Set<number>();
  for (let epoch = 0; epoch < 6; epoch++) {
    const { audio } = await batchOf({ ...plain, length: 4 }, { epoch });
    assert.deepEqual(audio!.shape, [3, 4]);
    const cut = units(audio!.values.subarray(0, 4));
    assert.deepEqual(cut, ramp(10).slice(cut[0]! - 100, cut[0]! - 96));
    starts.add(cut[0]!);
  }
  assert.ok(starts.size > 1);
  const { audio } = await batchOf({ ...plain, length: 4, crop: "start" });
  assert.deepEqual(units(audio!.values.subarray(0, 4)), ramp(4));
});

Deno.test("waveformsPreparation() levels the whole sound, rounds the batch's length up, and resamples", async () => {
  const { audio } = await batchOf({ ...plain, level: { peak: -6 }, multipleOf: 4 });
  assert.deepEqual(audio!.shape, [3, 12]);
  const loudest = peak(audio!.values.subarray(0, 12) as Float32Array);
  assert.ok(Math.abs(loudest - 10 ** (-6 / 20)) < 1e-6);
  const { audioLength } = await batchOf({ ...plain, sampleRate: 16000, length: 100 });
  assert.deepEqual([...audioLength!.values], [20, 8, 8]);
});

Deno.test("waveformsPreparation() names a wrong column or option", async () => {
  await assert.rejects(
    batchOf({ ...plain, column: "adio" }),
    /There is no column "adio": choose one of audio, label \(did you mean "audio"\?\)/,
  );
  await assert.rejects(
    batchOf({ ...plain, column: "label" }),
    /"label" is of the kind "label": choose one with sounds/,
  );
  await assert.rejects(batchOf({ ...plain, beside: ["audio"] }), /only labels and numbers may stand beside/);
  await assert.rejects(batchOf({ ...plain, length: 0 }), /length is 0: give a positive integer/);
  await assert.rejects(batchOf({ ...plain, multipleOf: 5 }), /The length 12 is no multiple of 5/);
});
