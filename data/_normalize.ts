/** Writes (scale · value − mean) / std of each channel to `out` from `offset`; values [H, W, C]. */
export function normalize(
  values: Float32Array | Uint8Array,
  scale: number,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
  out: Float32Array,
  offset: number,
): void {
  const channels = mean.length;
  for (let c = 0; c < channels; c++) {
    const factor = scale / std[c]!, shift = mean[c]! / std[c]!;
    for (let i = c; i < values.length; i += channels) out[offset + i] = factor * values[i]! - shift;
  }
}
