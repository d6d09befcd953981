import { nearestName } from "@lacuna/tensor/nearest-name";
import type { SchemaTree } from "hyparquet";
import type { Column } from "../shards/column.ts";
import { SourceError } from "../source_error.ts";
import type { ParquetFile } from "./_parquet_file.ts";

type Feature = { readonly _type?: unknown; readonly names?: unknown };

/**
 * The columns of a data set that a Parquet file's columns become: as Hugging Face's note in the file says, else by their Parquet types.
 * @param wanted Names to take as found, or what they are; all, if not given.
 * @throws {SourceError} If there is no such column, or nothing says what it is.
 */
export function parquetColumns(parquet: ParquetFile, wanted?: readonly (string | Column)[]): Column[] {
  const trees = parquet.columns;
  const features = huggingFaceFeatures(parquet);
  const names = trees.map(({ element }) => element.name);
  return (wanted ?? names).map((column) => {
    const name = typeof column === "string" ? column : column.name;
    const tree = trees[names.indexOf(name)];
    if (!tree) throw unknownColumn(parquet.file, name, names);
    if (typeof column !== "string") return column;
    const found = columnOf(tree, features[name] ?? {});
    if (found) return found;
    throw new SourceError(
      parquet.file,
      `Nothing in ${parquet.file} says what its column ${
        JSON.stringify(name)
      } is: say it, or name the columns to take among ` +
        names.join(", "),
    );
  });
}

function columnOf(tree: SchemaTree, { _type, names }: Feature): Column | undefined {
  const { name, type } = tree.element;
  if (_type === "Image") return { name, kind: "encodedImage" };
  if (_type === "Audio") return { name, kind: "encodedAudio" };
  if (_type === "ClassLabel") {
    return { name, kind: "label", classNames: Array.isArray(names) ? names.map(String) : [] };
  }
  if (isText(tree)) return { name, kind: "text" };
  if (isList(tree)) {
    const item = tree.children[0]?.children[0];
    return item && isPlain(item) && /^INT/.test(item.element.type ?? "")
      ? { name, kind: "tokens" }
      : undefined;
  }
  const isNumber = isPlain(tree) && /^(BOOLEAN|INT32|INT64|FLOAT|DOUBLE)$/.test(type ?? "");
  return isNumber ? { name, kind: "number" } : undefined;
}

function isText({ element }: SchemaTree): boolean {
  return element.type === "BYTE_ARRAY" && element.repetition_type !== "REPEATED" &&
    (element.logical_type?.type === "STRING" || element.converted_type === "UTF8");
}

function isList({ element }: SchemaTree): boolean {
  return element.logical_type?.type === "LIST" || element.converted_type === "LIST";
}

/** Whether its values are what its storage type says: no date, time or decimal. */
function isPlain({ element, children }: SchemaTree): boolean {
  const logical = element.logical_type?.type;
  const isInteger = /^U?INT_\d+$/.test(element.converted_type ?? "INT_0");
  return children.length === 0 && element.repetition_type !== "REPEATED" && isInteger &&
    (logical === undefined || logical === "INTEGER");
}

function huggingFaceFeatures({ metadata, file }: ParquetFile): Readonly<Record<string, Feature>> {
  const note = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  if (note === undefined) return {};
  try {
    const { info } = JSON.parse(note) as { info?: { features?: Record<string, Feature> } };
    return info?.features ?? {};
  } catch (cause) {
    const message = `Cannot read ${file}: its note of Hugging Face is not JSON; write the file anew`;
    throw new SourceError(file, message, { cause });
  }
}

function unknownColumn(file: string, name: string, names: readonly string[]): SourceError {
  const near = nearestName(name, names);
  const hint = near === undefined ? "" : `, did you mean ${JSON.stringify(near)}?`;
  return new SourceError(
    file,
    `${file} has no column ${JSON.stringify(name)}${hint} It has ${names.join(", ")}`,
  );
}
