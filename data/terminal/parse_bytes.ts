/**
 * Sizes as people write them.
 * @module
 */
const units: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** Bytes, as "64Mi", "500M", "100000" or "0"; undefined if it is none of these. */
export function parseBytes(text: string): number | undefined {
  const [, digits = "", unit = ""] =
    /^(\d+(?:\.\d+)?)\s*([kMG]i?)?B?$/.exec(text.replace(/^(\d+(?:\.\d+)?\s*)K/, "$1k")) ?? [];
  const factor = units[unit === "ki" ? "Ki" : unit];
  return digits === "" || factor === undefined ? undefined : Math.round(Number(digits) * factor);
}
