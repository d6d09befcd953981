/** The nearest whole number, of two the even one, as Python's `round` and NumPy's do; `Math.round` takes the larger. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
