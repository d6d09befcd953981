import { createHash } from "node:crypto";

const KEY = ',"checksum":"';

/** A value as one line of JSON whose last entry, "checksum", is the SHA-256 of the JSON without that entry. */
export function sealedJson(value: object): string {
  const text = JSON.stringify(value);
  return `${text.slice(0, -1)}${KEY}${sha256(text)}"}\n`;
}

/**
 * The value of sealed JSON.
 * @param unsealed Whether JSON that was never sealed is as good.
 * @throws {Error} If it is no JSON, or was sealed as something else.
 */
export function parseSealedJson(text: string, unsealed: "accept" | "refuse"): unknown {
  const end = text.lastIndexOf(KEY);
  if (end === -1 && unsealed === "accept") return JSON.parse(text);
  const body = `${text.slice(0, end)}}`;
  if (end === -1 || text.slice(end) !== `${KEY}${sha256(body)}"}\n`) {
    throw new Error("it is not what its checksum says; who changes it on purpose must remove the checksum");
  }
  return JSON.parse(body);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
