/** What a low-pass filter should do; frequencies as shares of the sample rate it works at. */
export type KaiserDesign = {
  /** What lies below passes. */
  readonly passEdge: number;
  /** What lies above is stopped. */
  readonly stopEdge: number;
  /** By how many dB at least, 21 or more; what passes ripples by as little. */
  readonly attenuation: number;
};

/**
 * Half the length of the filter that meets a design: it has 2 · halfLength + 1 taps.
 * @see Kaiser, "Nonrecursive digital filter design using the I₀-sinh window function", 1974
 */
export function kaiserHalfLength({ passEdge, stopEdge, attenuation }: KaiserDesign): number {
  return Math.ceil((attenuation - 7.95) / (2.285 * 2 * Math.PI * (stopEdge - passEdge)) / 2);
}

/** A windowed sinc [2 · halfLength + 1] that cuts off in the middle between both edges; its taps add up to 1. */
export function kaiserFilter(design: KaiserDesign, halfLength: number): Float64Array {
  const cutoff = (design.passEdge + design.stopEdge) / 2;
  const beta = kaiserBeta(design.attenuation);
  const taps = Float64Array.from({ length: 2 * halfLength + 1 }, (_, i) => {
    const t = i - halfLength;
    const window = besselI0(beta * Math.sqrt(Math.max(0, 1 - (t / halfLength) ** 2)));
    return window * (t === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * t) / (Math.PI * t));
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

/** The window's shape for an attenuation in dB; Kaiser's empirical formula. */
function kaiserBeta(attenuation: number): number {
  if (attenuation > 50) return 0.1102 * (attenuation - 8.7);
  return 0.5842 * (attenuation - 21) ** 0.4 + 0.07886 * (attenuation - 21);
}

/** Modified Bessel function of order 0 by its power series, to the last bit for x < 50. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
