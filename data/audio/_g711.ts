/** [256], what each byte of A-law means; ITU-T G.711, table 1. */
export const alawTable: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = byte ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return (bits & 128 ? magnitude : -magnitude) / 32768;
});

/** [256], what each byte of µ-law means; ITU-T G.711, table 2. */
export const ulawTable: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 255;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 128 ? -magnitude : magnitude) / 32768;
});
