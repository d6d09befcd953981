/** What all presets leave open. */
export type PresetOptions = {
  /** Side of every view, in pixels; 224 without. */
  readonly size?: number;
  /** [C], of values in [0, 1]; ImageNet's without. */
  readonly mean?: readonly number[];
  /** [C], > 0; ImageNet's without. */
  readonly std?: readonly number[];
};
