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

/** What is only there where it is asked for: a protocol, or "rank", the measures of features that need no classes. */
export type ExtraMeasurement = ExtraProtocol | "rank";

/** All that can be asked for. */
export const measurementNames: readonly string[] = [...Object.keys(protocolTitles), "rank"];

/** Those that read an encoder's class token, layers, tokens or weights, not the vector that its method gives of an image. */
export const encoderProtocols: readonly ExtraMeasurement[] = [
  "linear-mae",
  "linear-beit",
  "attentive",
  "finetune",
];

/**
 * What of a list like `knn,ridge,rank` is not there anyway, each once and in the order of the tables.
 * @throws {RangeError} If a name is unknown, naming the nearest.
 */
export function parseProtocols(list: string): ExtraMeasurement[] {
  const names = list.split(",").map((name) => name.trim());
  for (const name of names) {
    if (measurementNames.includes(name)) continue;
    const near = nearestName(name, measurementNames);
    throw new RangeError(
      `There is no protocol "${name}": ${
        near ? `did you mean ${near}?` : `choose from ${measurementNames.join(", ")}`
      }`,
    );
  }
  return ([...extraProtocols, "rank"] as const).filter((name) => names.includes(name));
}
