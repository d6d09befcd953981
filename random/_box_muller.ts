/**
 * Writes two independent standard normals made of two random words to out[at] and out[at + 1].
 * @see Box and Muller, "A note on the generation of random normal deviates", 1958
 */
export function boxMuller(radiusWord: number, angleWord: number, out: Float32Array, at: number): void {
  const radius = Math.sqrt(-2 * Math.log((radiusWord + 1) * 2 ** -32)); // of a number in (0, 1]: at most 6.66
  const angle = 2 * Math.PI * angleWord * 2 ** -32;
  out[at] = radius * Math.cos(angle);
  out[at + 1] = radius * Math.sin(angle);
}
