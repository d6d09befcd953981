import { MaeDecoder, PatchTransformer, under } from "@lacuna/encoders";
import { stream } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import type { ModelSizes } from "./model_sizes.ts";

/** A model whose numbers are yet to come. */
export type EmptyModel = {
  readonly encoder: PatchTransformer;
  readonly decoder: MaeDecoder | undefined;
  /** Of both, the decoder's with `decoder.` before their names. */
  readonly parameters: ParameterMap;
};

/**
 * The model that sizes describe, with numbers of no account.
 * @throws {RangeError} If no model has such sizes.
 */
export function modelOf(sizes: ModelSizes): EmptyModel {
  const prng = stream({ seed: 0, name: "empty" });
  const encoder = new PatchTransformer(sizes.encoder, prng);
  const decoder = sizes.decoder && new MaeDecoder(sizes.decoder, prng);
  return {
    encoder,
    decoder,
    parameters: { ...encoder.parameters, ...(decoder && under("decoder", decoder)) },
  };
}
