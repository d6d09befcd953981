import assert from "node:assert/strict";
import type { ImageSet } from "@lacuna/data";
import { ConfigError, InterruptedError } from "@lacuna/pipelines";
import { integer, stream, uniform } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { frozenMaskToken } from "./frozen_mask_token.ts";
import { runStudy } from "./run_study.ts";
import { studies, studyNamed } from "./studies.ts";
import type { Arm, Study } from "./study.ts";
import type { StudyImages } from "./study_images.ts";
import { studyPage } from "./study_page.ts";
import { armConfig } from "./run_arm.ts";

const device = await useDevice("wasm");

/** Images [28, 28, 1] whose class is the direction of their stripes. */
function stripes(name: string, size: number): ImageSet {
  const images = new Uint8Array(size * 784), labels = new Int32Array(size);
  for (let sample = 0; sample < size; sample++) {
    const prng = stream({ seed: 0, name, sample });
    const angle = (labels[sample] = integer(prng, 0, 4)) * Math.PI / 4;
    for (let i = 0; i < 784; i++) {
      const along = Math.cos(angle) * (i % 28) + Math.sin(angle) * Math.floor(i / 28);
      images[sample * 784 + i] = 80 + 70 * Math.sin(along / 2) + 100 * uniform(prng, i + 1);
    }
  }
  const classNames = ["0", "1", "2", "3"];
  const shape = { height: 28, width: 28, channels: 1, numClasses: 4, classNames };
  return { name, ...shape, size, images, labels, mean: [0.5], std: [0.25], contentHash: name };
}

const images: StudyImages = {
  train: stripes("train", 64),
  validation: stripes("validation", 40),
  test: stripes("test", 40),
};
const settings = ["schedule.batchSize=16"];
const study: Study = {
  name: "test",
  title: "A test",
  claim: "Nothing is claimed.",
  arms: [
    { name: "host", method: "simmim", preset: "tiny", settings },
    { name: "half", method: "simmim", preset: "tiny", settings, share: 0.5 },
    { name: "zero", method: "simmim", preset: "tiny", settings, alter: frozenMaskToken("zero") },
  ],
  numSeeds: 2,
  length: { epochs: 2 },
  numProbes: 2,
  numImages: 64,
  protocols: ["ridge", "fine-tune"],
  minutes: 5,
};

/** What a study in a folder of its own does; the folder is removed. */
async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "lacuna_study_" });
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("runStudy() runs every arm with every seed, uses runs again, and its page has all of it", () =>
  inFolder(async (folder) => {
    const said: string[] = [];
    const options = { folder, device, onMessage: (line: string) => said.push(line) };
    const before = tf.memory().numTensors;
    const result = await runStudy(study, images, options);
    assert.ok(tf.memory().numTensors - before <= 24, `${tf.memory().numTensors - before}`); // a table of constants for each of 12 pipelines and of their copies
    assert.equal(said.length, 6);
    assert.deepEqual(result.runs.map(({ arm, seed }) => `${arm}-${seed}`), [
      ...["host-0", "half-0", "zero-0"],
      ...["host-1", "half-1", "zero-1"],
    ]);
    const [host, half, zero] = result.runs;
    assert.deepEqual(host!.curve.map(({ step, epoch }) => [step, epoch]), [[0, 0], [4, 1], [8, 2]]); // 64 images, 16 a step
    assert.deepEqual(half!.curve.map(({ step }) => step), [0, 2, 4]);
    assert.deepEqual(zero!.curve[0], host!.curve[0]); // the same encoder at the start
    assert.ok(host!.trained.ridge! > 0 && host!.untrained["fine-tune"]! > 0 && host!.seconds > 0);

    const again = await runStudy(study, images, options);
    assert.equal(said.length, 6); // nothing was run
    assert.deepEqual(again.runs, result.runs);

    const { page, curves } = studyPage(study, result, { command: "deno task study test" });
    for (const { name } of study.arms) assert.ok(page.includes(`| ${name} |`), name);
    assert.match(page, /raw pixels/);
    assert.match(page, /no difference shown|above|below/);
    assert.equal(curves.match(/<polyline/g)?.length, 3);
    const kept = studyPage(study, result, {
      command: "deno task study test",
      before: page.replace("Not written yet.", "It is a null."),
    });
    assert.ok(kept.page.includes("It is a null.") && !kept.page.includes("Not written yet."));
  }));

Deno.test("a study that was stopped goes on, and ends where one does that was not", () =>
  inFolder(async (folder) => {
    const one: Study = { ...study, arms: [study.arms[0]], numSeeds: 1 };
    const whole = await runStudy(one, images, { folder: `${folder}/whole`, device });
    const controller = new AbortController();
    const cut = { folder: `${folder}/cut`, device, signal: controller.signal };
    const timer = setInterval(
      () => existsSync(`${cut.folder}/host-0/metrics.jsonl`) && controller.abort(),
      1,
    );
    await assert.rejects(runStudy(one, images, cut), InterruptedError);
    clearInterval(timer);
    const { runs: [run] } = await runStudy(one, images, { folder: cut.folder, device });
    assert.deepEqual({ ...run, seconds: 0 }, { ...whole.runs[0], seconds: 0 });
  }));

Deno.test("a run keeps what it was told once, of each stage, however many segments tell it", () =>
  inFolder(async (folder) => {
    const told: Arm = {
      ...{ name: "told", method: "data2vec", preset: "tiny" },
      settings: [...settings, "log.measureEvery=100"], // or what is measured would take the place of the made-up numbers
      alter: (pipeline) => {
        const { step } = pipeline;
        Object.assign(pipeline, {
          step: (...of: Parameters<typeof step>) => {
            const result = step(...of);
            const small = 0.01 + of[1].step / 1000; // another in every segment
            const more = {
              "rowEntropy.0": small,
              "rowEntropy.1": small,
              meanCosine: 1,
              spread: small / 1000,
            };
            return { ...result, metrics: { ...result.metrics, ...more } };
          },
        });
      },
    };
    const one: Study = {
      ...study,
      arms: [told],
      numSeeds: 1,
      length: { epochs: 4 }, // two segments of eight steps, of which five make a collapse
      protocols: ["ridge"],
    };
    const { runs: [run] } = await runStudy(one, images, { folder, device });
    assert.deepEqual(run!.messages.map((text) => text.match(/rowEntropy\.\d|collapsed/)?.[0]), [
      "rowEntropy.0",
      "rowEntropy.1",
      "collapsed",
    ]);
  }));

Deno.test("arms of equal time have as many epochs as their speed allows, and no time leaves the runs missing", () =>
  inFolder(async (folder) => {
    const timed: Study = { ...study, arms: [study.arms[0]], numSeeds: 1, length: { seconds: 0.2 } };
    const none = await runStudy(timed, images, { folder, device, minutes: 0 });
    assert.deepEqual([none.runs.length, none.numMissing], [0, 1]);
    const { runs: [run] } = await runStudy(timed, images, { folder, device });
    const speeds: Record<string, number> = JSON.parse(await Deno.readTextFile(`${folder}/speeds.json`));
    const [speed] = Object.values(speeds);
    assert.equal(run!.config.schedule.epochs, Number((0.2 * speed! / 64).toPrecision(4)));
  }));

Deno.test("arms of presets' own lengths have the epochs that their preset names", () =>
  inFolder(async (folder) => {
    const arm = { ...study.arms[0], share: 200 };
    const own: Study = {
      ...study,
      arms: [arm],
      numSeeds: 1,
      length: { epochs: "preset" },
      protocols: ["ridge"],
    };
    const { runs: [run] } = await runStudy(own, images, { folder, device });
    assert.equal(run!.config.schedule.epochs, 2); // 200 · 0.01
  }));

Deno.test("a page says when mean curves get where the first arm's ends, and which arm's time was not the study's", () =>
  inFolder(async (folder) => {
    const result = await runStudy({ ...study, numSeeds: 1 }, images, { folder, device });
    const [host, , zero] = result.runs;
    const withCurve = (run: typeof host, seed: number, accuracies: number[], seconds: number) => ({
      ...run!,
      seed,
      seconds,
      curve: accuracies.map((accuracy, step) => ({ step, epoch: step, accuracy })),
    });
    const runs = [0, 1].flatMap((seed) => [
      withCurve(host, seed, [0.1, 0.2, 0.3], 10),
      withCurve(zero, seed, [0.1, 0.3, 0.3], 20),
    ]);
    const arms = [study.arms[0], study.arms[2]!] as const;
    const { page } = studyPage({ ...study, arms, length: { seconds: 10 } }, {
      ...result,
      runs,
      seeds: [0, 1],
    }, { command: "deno task study test" });
    assert.match(page, /\| host, against itself \|.*\| \(1\.00 … 1\.00\) \|/); // every draw of equal curves is the same
    assert.match(page, /\| zero \|.*\| 0\.50 \(0\.50 … 0\.50\) \| 1\.00 \(1\.00 … 1\.00\) \|/); // half the epochs, each twice as long
    assert.match(page, /- zero trained for 20 s and not for 10/);
    assert.doesNotMatch(page, /- host trained for/);
  }));

Deno.test("a run that was judged otherwise is judged anew from its checkpoint, and trained again only if that is gone", () =>
  inFolder(async (folder) => {
    const one: Study = { ...study, arms: [study.arms[0]], numSeeds: 1, protocols: ["ridge"] };
    const { runs: [before] } = await runStudy(one, images, { folder, device });
    const own = `${folder}/host-0`;
    const metrics = Deno.statSync(`${own}/metrics.jsonl`).mtime;
    const otherwise: Study = { ...one, protocols: ["ridge", "knn"] };
    const { numTensors } = tf.memory();
    const { runs: [run] } = await runStudy(otherwise, images, { folder, device });
    assert.ok(tf.memory().numTensors - numTensors <= 6, `${tf.memory().numTensors - numTensors}`); // a table of constants for each of 3 pipelines, as above
    assert.deepEqual(run!.curve, before!.curve);
    assert.equal(run!.trained.ridge, before!.trained.ridge);
    assert.equal(run!.untrained.ridge, before!.untrained.ridge);
    assert.ok(run!.trained.knn! > 0 && run!.untrained.knn! > 0);
    assert.deepEqual(Deno.statSync(`${own}/metrics.jsonl`).mtime, metrics);

    Deno.removeSync(`${own}/checkpoints`, { recursive: true });
    Deno.removeSync(`${own}/metrics.jsonl`);
    const { runs: [again] } = await runStudy(one, images, { folder, device });
    assert.deepEqual(again!.trained, before!.trained); // trained once more, to the same end
  }));

Deno.test("runs of other settings are refused, not mixed", () =>
  inFolder(async (folder) => {
    const one: Study = { ...study, arms: [study.arms[0]], numSeeds: 1, length: { epochs: 1 }, numProbes: 1 };
    await runStudy(one, images, { folder, device });
    await assert.rejects(
      runStudy({ ...one, length: { epochs: 2 } }, images, { folder, device }),
      (error: unknown) => error instanceof ConfigError && /schedule\.epochs/.test(error.message),
    );
  }));

Deno.test("the arms of every study have configs that can be run, and names of their own", () => {
  for (const { name, arms } of studies) {
    assert.equal(studyNamed(name).name, name);
    assert.equal(new Set(arms.map(({ name }) => name)).size, arms.length);
    for (const arm of arms) {
      assert.match(arm.name, /^[\w.-]+$/);
      assert.equal(armConfig(arm, 7, 2).seed, 7);
    }
  }
  assert.throws(() => studyNamed("mask-ration"), /did you mean mask-ratio\?/);
});

function existsSync(path: string): boolean {
  try {
    return Deno.statSync(path).size > 0;
  } catch {
    return false;
  }
}
