import { embed } from "@lacuna/evaluation";
import * as tf from "@tensorflow/tfjs-core";
import { createHash } from "node:crypto";
import { judge, type Judged, type Judging, type Verdict } from "./judge.ts";
import { firstOf, type StudyImages } from "./study_images.ts";

const NUM_COMPARED = 100; // images whose vectors have to be the same

/** Judges encoders as they start, and those that begin alike once: methods of one family have the same encoder for the same seed. */
export class StartJudge {
  readonly #images: StudyImages;
  readonly #study: Judging;
  readonly #verdicts = new Map<string, Verdict>();

  /** Of a study's arms. */
  constructor(images: StudyImages, study: Judging) {
    this.#images = images;
    this.#study = study;
  }

  /** As `judge()`, or what it said of an encoder with the same sizes, weights and vectors. */
  async judge(model: Required<Judged>, signal?: AbortSignal): Promise<Verdict> {
    const key = await this.#keyOf(model);
    const verdict = this.#verdicts.get(key) ?? await judge(model, this.#images, this.#study, signal);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  async #keyOf({ represent, encoder }: Required<Judged>): Promise<string> {
    const hash = createHash("sha256");
    const add = (values: ArrayBufferView) =>
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    add(await embed(represent, firstOf(this.#images.train, NUM_COMPARED), NUM_COMPARED));
    const { config, parameters } = encoder.tunable(0);
    try {
      hash.update(JSON.stringify([config, Object.keys(parameters)]));
      for (const parameter of Object.values(parameters)) add(await parameter.data());
    } finally {
      tf.dispose(Object.values(parameters));
    }
    return hash.digest("hex");
  }
}
