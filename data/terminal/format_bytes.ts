/**
 * Sizes as people read them.
 * @module
 */
const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];

/** Bytes with three digits or fewer: `987 bytes`, `4.1 MB`, `54 MB`; a kB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
  let unit = 0, size = bytes;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  if (bytes === 1) return "1 byte";
  return `${unit === 0 || size >= 9.95 ? Math.round(size) : size.toFixed(1)} ${units[unit]!}`;
}
