import {
  Binary,
  type DataType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  List,
  Schema,
  Uint8,
  Utf8,
} from "apache-arrow";
import type { Column } from "./column.ts";
import type { Manifest } from "./manifest.ts";

/** What a reader without the manifest needs to know. */
export type ShardFacts = Pick<Manifest, "name" | "source" | "licence" | "columns">;

/** The schema of every shard of a data set; its metadata has the facts as JSON under "lacuna". */
export function arrowSchema(facts: ShardFacts): Schema {
  const { name, source, licence, columns } = facts;
  const metadata = new Map([["lacuna", JSON.stringify({ name, source, licence, columns })]]);
  return new Schema(columns.map(field), metadata);
}

function field(column: Column): Field {
  return new Field(column.name, arrowType(column), false, extensionOf(column));
}

function arrowType(column: Column): DataType {
  switch (column.kind) {
    case "image": // canonical extensions hold their values in a nullable field "item"
      return new FixedSizeList(
        column.shape[0] * column.shape[1] * column.shape[2],
        new Field("item", new Uint8(), true),
      );
    case "label":
      return new Int32();
    case "number":
      return new Float64();
    case "waveform":
      return new List(new Field("item", new Float32(), true));
    case "tokens":
      return new List(new Field("item", new Int32(), true));
    case "encodedImage":
    case "encodedAudio":
      return new Binary();
    case "text":
      return new Utf8();
  }
}

/** An image is the canonical extension type arrow.fixed_shape_tensor, so that other tools read a tensor. */
function extensionOf(column: Column): Map<string, string> {
  if (column.kind !== "image") return new Map();
  return new Map([
    ["ARROW:extension:name", "arrow.fixed_shape_tensor"],
    ["ARROW:extension:metadata", JSON.stringify({ shape: column.shape, dim_names: ["H", "W", "C"] })],
  ]);
}
