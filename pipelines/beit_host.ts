/**
 * What BEiT, SimMIM and MaskFeat have in common.
 * @module
 */
import type { ImageShape } from "@lacuna/data";
import { PatchTransformer } from "@lacuna/encoders";
import { denseMask, flatMasked, type TokenMask } from "@lacuna/masking";
import type { ObjectiveResult } from "@lacuna/objectives";
import { type Prng, stream } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { differentiate } from "./differentiate.ts";
import { type ImageBatch, imageTensor, sampleStreams } from "./image_batch.ts";
import { type MaskTokenTerms, type MtoConfig, stagesFor } from "./mask_token_terms.ts";
import { meanOfPatches } from "./mean_of_patches.ts";
import type { CropRunConfig, TransformerSizes } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";

/** An encoder of BEiT's family. */
export type BeitSizes = TransformerSizes & {
  /** First value of the blocks' LayerScale, 0 for none. */
  readonly layerScaleInit: number;
  /** How patches are told from each other: by a learned bias between them, as published, by fixed positions, or by both. */
  readonly positions: "relative" | "sine-cosine" | "both";
  /** Deviation of the weights' start, > 0. */
  readonly initStd: number;
  /** Rate of stochastic depth in the last block, in [0, 1); it grows linearly from 0. */
  readonly dropPathRate: number;
};

/** What the configs of these methods share. */
export type BeitHostConfig = CropRunConfig & {
  readonly encoder: BeitSizes;
  readonly mto: MtoConfig;
};

/** What the encoder said of a batch with masked patches, and what it was of. */
export type MaskedForward = {
  /** [B, N, D], normalised, without the class token. */
  readonly patches: Tensor3D;
  /** [B, H, W, C]. */
  readonly images: Tensor4D;
  /** [B, N], 1 = masked. */
  readonly mask: Tensor2D;
  /** [M] int32, b · N + i of each masked patch. */
  readonly masked: Tensor1D;
};

/** What makes a method of it. */
export type BeitMethod = {
  readonly name: string;
  /** One image's mask. */
  readonly drawMask: (prng: Prng) => TokenMask;
  /** Of whatever comes after the encoder. */
  readonly parameters: ParameterMap;
  /** The loss of what the encoder said. */
  readonly compare: (forward: MaskedForward) => ObjectiveResult;
};

/**
 * A method whose encoder sees a mask token in the place of each hidden patch, and which compares what it says of them with what they are.
 * @param config Sizes and seed.
 * @param image What the images are.
 * @param method What makes a method of it.
 * @param terms What to add where mask tokens are: in the encoder.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function beitHost(
  config: BeitHostConfig,
  image: ImageShape,
  method: BeitMethod,
  terms?: MaskTokenTerms,
): MethodPipeline<ImageBatch> {
  const { seed, encoder: { patchSize, dim } } = config;
  const encoder = beitEncoder(config, image);
  method.drawMask(stream({ seed, name: "mask" })); // masks that do not fit are told before the first step
  const numPatches = image.height * image.width / patchSize ** 2;
  const parameters = { ...encoder.parameters, ...method.parameters };
  return {
    name: method.name,
    parameters,
    teacher: {},
    outDim: dim,
    momentum: () => 1,
    step: (batch, { step, progress }) => {
      const masks = sampleStreams(batch, seed, "mask").map(method.drawMask);
      return differentiate(parameters, () => {
        const images = imageTensor(batch, image);
        const mask = tf.tensor2d(denseMask(masks, numPatches), [masks.length, numPatches]);
        const options = { mask, dropPath: stream({ seed, name: "drop-path", step }) };
        const shown = terms && encoder.forwardStages(images, {
          ...options,
          ...stagesFor(terms, mask),
        });
        const tokens = shown ? shown.tokens : encoder.forward(images, options); // [B, 1 + N, D]
        const patches: Tensor3D = tf.slice(tokens, [0, 1, 0], [-1, -1, -1]);
        const masked = tf.tensor1d(flatMasked(masks, numPatches), "int32");
        const host = method.compare({ patches, images, mask, masked });
        const added = shown && terms.loss({ ...shown, mask }, progress);
        return {
          loss: added ? tf.add(host.loss, added.loss) : host.loss,
          metrics: { host: host.loss.clone(), ...host.metrics, ...added?.metrics },
          targets: meanOfPatches(tokens),
        };
      });
    },
    visibleParts: ({ epoch, sample }) => [
      method.drawMask(stream({ seed, name: "mask", epoch, sample })).visible,
    ],
    encoder,
    represent: (images) => tf.tidy(() => meanOfPatches(encoder.forward(images))),
  };
}

/** The encoder of a run as it starts. */
export function beitEncoder(
  { seed, encoder }: Pick<BeitHostConfig, "seed" | "encoder">,
  image: ImageShape,
): PatchTransformer {
  return new PatchTransformer({
    ...encoder,
    imageHeight: image.height,
    imageWidth: image.width,
    channels: image.channels,
    family: "beit",
    maskToken: true,
  }, stream({ seed, name: "init/encoder" }));
}
