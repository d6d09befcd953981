/** Upper 32 bits of the 64-bit product of two unsigned 32-bit integers, exact, in [0, 2³²). */
export function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16;
  const bLow = b & 0xffff, bHigh = b >>> 16;
  // Schoolbook in base 2¹⁶; every sum below stays under 2³², so wrapping at 32 bits loses nothing
  const mid = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const cross = Math.imul(aLow, bHigh) + (mid & 0xffff);
  return (Math.imul(aHigh, bHigh) + (mid >>> 16) + (cross >>> 16)) >>> 0;
}
