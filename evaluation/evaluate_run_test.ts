import { writeShards } from "@lacuna/data/shards";
import { overrideConfig } from "@lacuna/pipelines/config";
import { extremaMethod } from "@lacuna/pipelines/extrema-method";
import { preset } from "@lacuna/pipelines/presets";
import { pretrain } from "@lacuna/pipelines/pretrain";
import { openTrainingImages } from "@lacuna/pipelines/training-images";
import { integer, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import assert from "node:assert/strict";
import { main } from "./cli.ts";
import type { ExtraProtocol } from "./protocols.ts";
import { fineTuneProtocols } from "./fine_tune_protocols.ts";
import { evaluateRun, type EvaluateRunOptions } from "./evaluate_run.ts";

await useDevice("cpu");

/** 8×8 noise, brighter on the left for class 0 and on the right for class 1. */
async function writeHalves(folder: string, seed: number): Promise<void> {
  const split = (name: string, size: number) => ({
    items: async function* (from: number) {
      for (let sample = from; sample < size; sample++) {
        const label = sample % 2;
        const image = Uint8Array.from({ length: 64 }, (_, i) => {
          const isBright = (i % 8 < 4) === (label === 0);
          return integer(stream({ seed, name }), 64 * sample + i, 120) + (isBright ? 120 : 0);
        });
        yield { row: { image, label } };
      }
    },
  });
  await writeShards(folder, {
    name: "halves",
    source: "this test",
    licence: "MIT",
    columns: [
      { name: "image", kind: "image", shape: [8, 8, 1] },
      { name: "label", kind: "label", classNames: ["left", "right"] },
    ],
    splits: { train: split("train", 64), test: split("test", 32) },
  });
}

async function inTemporaryRun(body: (runFolder: string, dataFolder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeHalves(`${folder}/halves`, 0);
    const config = overrideConfig(preset("tiny"), [
      "encoder.patchSize=4",
      "schedule.epochs=1",
      "schedule.warmupEpochs=0.5",
    ]);
    const images = await openTrainingImages(`${folder}/halves`, config.image.size);
    await pretrain(extremaMethod, config, images, `${folder}/run`, {
      device: { name: "cpu", detail: "" },
      onCollapse: "warn",
    });
    await body(`${folder}/run`, `${folder}/halves`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("evaluateRun() writes the table and the report, and reads them again while nothing has changed", async () => {
  await inTemporaryRun(async (runFolder, dataFolder) => {
    const messages: string[] = [];
    const evaluate = (more: Partial<EvaluateRunOptions> = {}) =>
      evaluateRun(runFolder, {
        dataFolder,
        device: "cpu",
        onMessage: (line) => messages.push(line),
        ...more,
      });
    const first = await evaluate();
    assert.equal(first.reused, false);
    assert.deepEqual(first.record.table.rows.map((row) => [row.features, row.dim]), [
      ["trained encoder", 16],
      ["untrained encoder", 16],
      ["raw pixels", 64],
    ]);
    const pixels = first.record.table.rows[2]!;
    assert.deepEqual([pixels.knn, pixels.linear], [1, 1]); // 64 pixels, each 2 standard deviations apart
    assert.equal(first.record.checkpoint.step, 4); // 64 images in batches of 16
    const page = await Deno.readTextFile(first.reportPath);
    assert.ok(page.includes("the 20 training images of highest cosine"));
    assert.ok(page.includes("500 epochs at batch 64 on features")); // all there are, fewer than 1024; a step each
    assert.ok(page.includes("Self-supervised pre-training with extrema on halves"));
    assert.ok(page.includes("4 of 4 steps"));
    assert.ok(!page.includes("Two encoders")); // all numbers are of the teacher's vectors
    const accuracy = first.record.table.rows[0]!.linear;
    const standardError = (100 * Math.sqrt(accuracy * (1 - accuracy) / 32)).toFixed(1);
    assert.ok(page.includes(`linear probe is ${standardError} points`));

    const second = await evaluate();
    assert.equal(second.reused, true);
    assert.deepEqual(second.record, first.record);
    assert.equal((await evaluate({ device: "auto" })).reused, true);
    assert.equal((await evaluate({ redo: true })).reused, false);

    const more = await evaluate({ also: ["ridge", "attentive"] });
    assert.equal(more.reused, false); // not measured yet
    const [trained, , raw] = more.record.table.rows;
    assert.equal(raw!.ridge, 1); // as its linear probe
    for (const { attentive } of [trained!, raw!]) assert.ok(attentive! >= 0 && attentive! <= 1);
    const longer = await Deno.readTextFile(first.reportPath);
    assert.ok(longer.includes("Attentive: one learned query"));
    assert.ok(longer.includes("Two encoders: the vector of an image is the teacher"));
    assert.equal((await evaluate({ also: ["ridge"] })).reused, true);

    const { record: { table: { rows } } } = await evaluate({ also: ["rank"] });
    for (const { dim, rank, features } of rows) { // in the table, the file and the page
      assert.ok(rank!.rankMe >= 1 && rank!.rankMe <= dim && rank!.lidar! >= 1 && rank!.lidar! <= dim);
      assert.equal(rank!.blockSpreads?.length, features === "raw pixels" ? undefined : 2); // both encoders' two blocks
    }
    assert.deepEqual(
      JSON.parse(await Deno.readTextFile(`${runFolder}/evaluation.json`)).table.rows,
      JSON.parse(JSON.stringify(rows)),
    );
    const measured = await Deno.readTextFile(first.reportPath);
    assert.ok(measured.includes(`<td>${rows[0]!.rank!.lidar!.toFixed(1)}</td>`));
    assert.ok(measured.includes("Two encoders")); // the blocks are the student's
    assert.equal((await evaluate({ also: ["rank"] })).reused, true);

    const cut = `${runFolder}/checkpoints/step-00000009.safetensors`;
    await Deno.writeFile(cut, new Uint8Array(5));
    assert.equal((await evaluate()).reused, true); // the newest that is whole is the same
    assert.match(
      messages.at(-1)!,
      /step-00000009\.safetensors.*; going back to .*step-00000004\.safetensors$/,
    );
    await Deno.remove(cut);

    await Deno.remove(first.reportPath);
    assert.equal((await evaluate()).reused, false); // no page, so it is made again

    const [checkpoint] = [...Deno.readDirSync(`${runFolder}/checkpoints`)].map(({ name }) => name);
    await Deno.rename(`${runFolder}/checkpoints/${checkpoint}`, `${runFolder}/older`);
    await assert.rejects(evaluate(), { name: "CheckpointError" });
    assert.deepEqual(
      [...Deno.readDirSync(runFolder)].map(({ name }) => name).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });
});

Deno.test("evaluateRun() does not take one way of fine-tuning for another", async () => {
  await inTemporaryRun(async (runFolder, dataFolder) => {
    const evaluate = (...also: ExtraProtocol[]) =>
      evaluateRun(runFolder, { dataFolder, device: "cpu", also, onMessage: () => {} });
    const path = `${runFolder}/evaluation.json`;
    assert.equal((await evaluate("ridge")).record.fineTune, undefined); // nothing was tuned
    const { record, reportPath } = await evaluate("finetune");
    assert.deepEqual(record.fineTune, fineTuneProtocols.few); // of 64 images
    assert.ok((await Deno.readTextFile(reportPath)).includes("with labels for 20 epochs"));
    assert.equal((await evaluate("finetune")).reused, true);

    const { fineTune, ...without } = record; // as written before it was
    const longer = { ...record, fineTune: { ...fineTune, epochs: 30 } };
    for (const old of [without, longer]) {
      await Deno.writeTextFile(path, JSON.stringify(old));
      const { reused, record: { table } } = await evaluate();
      assert.deepEqual([reused, table.rows[0]!.finetune], [false, undefined]); // not shown as if done so
    }
  });
});

Deno.test("evaluateRun() learns from as few labels as one asks for, and does not take other numbers for theirs", async () => {
  await inTemporaryRun(async (runFolder, dataFolder) => {
    const evaluate = (numLabels?: number) =>
      evaluateRun(runFolder, {
        ...{ dataFolder, device: "cpu", also: ["linear-mae", "rank"], onMessage: () => {} },
        ...numLabels !== undefined && { numLabels },
      });
    const all = await evaluate();
    assert.ok(!(await Deno.readTextFile(all.reportPath)).includes("Few labels"));
    const few = await evaluate(20);
    assert.deepEqual([few.reused, few.record.table.numTrain], [false, 20]);
    assert.ok(
      (await Deno.readTextFile(few.reportPath)).includes("of 64 training images everything learned from 20"),
    );
    assert.deepEqual(few.record.table.rows[0]!.rank, all.record.table.rows[0]!.rank); // which reads no labels
    assert.equal((await evaluate(20)).reused, true);
    assert.equal((await evaluate()).reused, true); // it stands beside the other
    for (const numLabels of [19, 65]) {
      await assert.rejects(evaluate(numLabels), {
        name: "ConfigError",
        message: `${numLabels} labels cannot be drawn: the training split has 64 images, and kNN needs 20`,
      });
    }
  });
});

Deno.test("evaluateRun() refuses images without classes, and says so", async () => {
  await inTemporaryRun(async (runFolder, dataFolder) => {
    const { checksum: _, ...manifest } = JSON.parse(await Deno.readTextFile(`${dataFolder}/manifest.json`));
    const unlabelled = JSON.stringify(manifest).replaceAll(
      '"kind":"label","classNames":["left","right"]',
      '"kind":"number"',
    )
      .replaceAll(/"classCounts":\[\d+,\d+\]/g, '"mean":0,"std":1,"min":0,"max":1');
    await Deno.writeTextFile(`${dataFolder}/manifest.json`, unlabelled);
    await assert.rejects(
      evaluateRun(runFolder, { dataFolder, device: "cpu", onMessage: () => {} }),
      { name: "ConfigError", message: /Split "train" of halves has no label column, only "image" \(image\)/ },
    );
  });
});

Deno.test("evaluateRun() refuses other images than the run's own", async () => {
  await inTemporaryRun(async (runFolder, dataFolder) => {
    await writeHalves(`${dataFolder}-other`, 1);
    await assert.rejects(
      evaluateRun(runFolder, { dataFolder: `${dataFolder}-other`, device: "cpu", onMessage: () => {} }),
      /learned from halves [0-9a-f]{12}, but .*-other holds halves [0-9a-f]{12}: name the run's own images with --data/,
    );
  });
});

Deno.test("evaluateRun() does not take one device's numbers for another's, and tells a wrong name or run first", async () => {
  await inTemporaryRun(async (runFolder, dataFolder) => {
    const messages: string[] = [];
    const evaluate = (device: string, folder = runFolder) =>
      evaluateRun(folder, { dataFolder, device, onMessage: (line) => messages.push(line) });
    const first = await evaluate("cpu");
    const elsewhere = { ...first.record, device: { name: "wasm", detail: "" } };
    await Deno.writeTextFile(`${runFolder}/evaluation.json`, JSON.stringify(elsewhere));
    assert.equal((await evaluate("auto")).record.device.name, "wasm");
    assert.equal((await evaluate("cpu")).record.device.name, "cpu");

    await assert.rejects(evaluate("wsam"), { name: "DeviceError", message: /did you mean "wasm"\?/ });
    messages.length = 0;
    await assert.rejects(evaluate("cpu", dataFolder), { name: "CheckpointError" });
    assert.deepEqual(messages, []); // no device was started
  });
});

Deno.test("evaluate's exit codes: 2 usage, 3 data, 4 device, 5 a loss that is no number, 7 no run", async () => {
  const error = console.error, log = console.log;
  const said: string[] = [];
  console.error = console.log = (text: string) => said.push(text);
  try {
    await inTemporaryRun(async (runFolder, dataFolder) => {
      assert.equal(await main(["--runs", runFolder]), 2); // commander says the rest itself
      assert.equal(await main(["--run", runFolder, "--data", dataFolder, "--protocol", "knn,rigde"]), 2);
      assert.equal(said.at(-1), 'There is no protocol "rigde": did you mean ridge?');
      assert.equal(await main(["--run", runFolder, "--data", `${dataFolder}/none`]), 3);
      assert.equal(await main(["--run", runFolder, "--data", dataFolder, "--device", "nativ"]), 4);
      assert.ok(said.at(-1)!.includes('did you mean "native"?'));
      assert.equal(await main(["--run", dataFolder, "--data", dataFolder, "--device", "cpu"]), 7);
      assert.equal(await main(["--run", runFolder, "--data", dataFolder, "--device", "cpu"]), 0);
      assert.ok(said.at(-1)!.includes(`Report: ${runFolder}/report.html`));
      assert.equal(await main(["--run", `${runFolder}/`, "--data", dataFolder]), 0);
      assert.ok(said.at(-2)!.includes("is evaluated already"));

      const few = fineTuneProtocols.few as { baseLearningRate: number };
      const { baseLearningRate } = few;
      try {
        few.baseLearningRate = 1e30;
        const tuning = [
          "--run",
          runFolder,
          "--data",
          dataFolder,
          "--device",
          "cpu",
          "--protocol",
          "finetune",
        ];
        assert.equal(await main(tuning), 5);
        assert.match(
          said.at(-1)!,
          /^The loss is NaN in epoch \d+, step \d+ of the fine-tuning.*: leave finetune out$/,
        );
      } finally {
        few.baseLearningRate = baseLearningRate;
      }
    });
  } finally {
    console.error = error;
    console.log = log;
  }
});
