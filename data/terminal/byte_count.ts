import { InvalidArgumentError } from "commander";
import { parseBytes } from "./parse_bytes.ts";

/**
 * Reads a number of bytes as an option's value, "64Mi", "500M" or "100000".
 * @param min The least that may be asked for.
 * @returns What commander calls with the text; it throws `InvalidArgumentError`, which commander tells with the option's name.
 */
export function byteCount(min: 0 | 1): (text: string) => number {
  return (text) => {
    const bytes = parseBytes(text);
    if (bytes !== undefined && bytes >= min) return bytes;
    throw new InvalidArgumentError(
      `Write a number of bytes, such as ${min === 0 ? "20G or 0" : "64Mi or 500M"}`,
    );
  };
}
