import type { MaeDecoderConfig, PatchTransformerConfig } from "@lacuna/encoders";

/** What a checkpoint's numbers are to be put into. */
export type ModelSizes = {
  /** "vit" as MAE's, or "beit" as data2vec's. */
  readonly encoder: PatchTransformerConfig;
  /** MAE's, where there is one. */
  readonly decoder?: MaeDecoderConfig | undefined;
  /** How MAE was trained. */
  readonly pretraining?: {
    /** Share of the patches that are hidden. */
    readonly maskRatio: number;
    /** Whether each patch's pixels are normalised by its own mean and deviation, as `norm_pix_loss` says. */
    readonly normalizePatches: boolean;
  } | undefined;
};
