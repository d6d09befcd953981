import { Field, FixedSizeBinary, Schema, Uint8 } from "apache-arrow";
import type { Manifest } from "./read_manifest.ts";

/** What both sides of a shard agree on. */
export type ShardFacts = Pick<
  Manifest,
  "name" | "source" | "licence" | "height" | "width" | "channels" | "classNames"
>;

/** The schema of every shard: one fixed-width column of pixels [H, W, C], one of labels, and the facts beside them. */
export function shardSchema(facts: ShardFacts): Schema {
  const { name, source, licence, height, width, channels, classNames } = facts;
  return new Schema(
    [
      new Field("image", new FixedSizeBinary(height * width * channels), false),
      new Field("label", new Uint8(), false),
    ],
    new Map([
      ["name", name],
      ["height", `${height}`],
      ["width", `${width}`],
      ["channels", `${channels}`],
      ["classes", JSON.stringify(classNames)],
      ["source", source],
      ["licence", licence],
    ]),
  );
}

/** A schema in one line, to compare and to print. */
export function describeSchema(schema: Schema): string {
  const fields = schema.fields.map((f) => `${f.name}: ${f.type}${f.nullable ? "?" : ""}`);
  const metadata = [...schema.metadata].sort().map(([key, value]) => `${key}=${value}`);
  return `${fields.join(", ")} {${metadata.join(", ")}}`;
}
