import { nearestName } from "@lacuna/tensor";

/** What the columns of a table are called; the first two are always there. */
export const protocolTitles = {
  knn: "kNN",
  linear: "linear probe",
  ridge: "ridge",
  logistic: "logistic",
  "linear-mae": "linear, MAE's",
  "linear-extrema": "linear, ExtreMA's",
  "linear-beit": "best layer, BEiT's",
  attentive: "attentive",
  finetune: "fine-tuned",
} as const;

/** A way to say what an encoder is worth. */
export type Protocol = keyof typeof protocolTitles;

/** One that is only there where it is asked for. */
export type ExtraProtocol = Exclude<Protocol, "knn" | "linear">;

/** Those that are only there where they are asked for, in the order of a table. */
export const extraProtocols: readonly ExtraProtocol[] = [
  "ridge",
  "logistic",
  "linear-mae",
  "linear-extrema",
  "linear-beit",
  "attentive",
  "finetune",
];

/** Those that read an encoder's class token, layers, tokens or weights, not the vector that its method gives of an image. */
export const encoderProtocols: readonly ExtraProtocol[] = [
  "linear-mae",
  "linear-beit",
  "attentive",
  "finetune",
];

/**
 * The protocols of a list like `knn,ridge` that are not there anyway, each once and in the order of a table.
 * @throws {RangeError} If one is unknown, naming the nearest.
 */
export function parseProtocols(list: string): ExtraProtocol[] {
  const names = list.split(",").map((name) => name.trim());
  const known = Object.keys(protocolTitles);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new RangeError(
      `There is no protocol "${name}": ${near ? `did you mean ${near}?` : `choose from ${known.join(", ")}`}`,
    );
  }
  return extraProtocols.filter((name) => names.includes(name));
}
