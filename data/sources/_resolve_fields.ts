import type { Column } from "../shards/column.ts";
import { SourceError } from "../source_error.ts";
import type { Field } from "./field.ts";

/** A column and the name of the field that it is taken from. */
export type ResolvedField = { readonly column: Column; readonly field: string };

/** What a record has under a field's name. */
export type FieldReader = (field: string) => unknown;

const MAX_CLASSES = 65_536;

/**
 * The columns that fields become. Labels without class names get those that occur, in order of their names, numerals by value; for that
 * alone the records are read.
 * @throws {SourceError} If a label has more values than there can be classes.
 */
export async function resolveFields(
  fields: Readonly<Record<string, Field>>,
  source: string,
  records: () => AsyncIterable<FieldReader>,
): Promise<ResolvedField[]> {
  const unnamed = Object.entries(fields).filter(([, { kind, classNames }]) =>
    kind === "label" && !classNames
  );
  const valuesByColumn = new Map(unnamed.map(([name]) => [name, new Set<string>()]));
  if (unnamed.length > 0) {
    for await (const read of records()) {
      for (const [name, { field = name }] of unnamed) {
        const values = valuesByColumn.get(name)!;
        const value = read(field);
        if (["string", "number", "boolean"].includes(typeof value)) values.add(String(value).trim());
        if (values.size > MAX_CLASSES) {
          throw new SourceError(
            source,
            `Cannot take ${field} of ${source} for a label: it has more than ${MAX_CLASSES} values; take it as text or number`,
          );
        }
      }
    }
  }
  return Object.entries(fields).map(([name, { kind, field = name, classNames }]) => {
    const names = classNames ?? sorted(valuesByColumn.get(name) ?? []);
    return { column: kind === "label" ? { name, kind, classNames: names } : { name, kind }, field };
  });
}

function sorted(names: Iterable<string>): string[] {
  const list = [...names].sort();
  return list.every((name) => /^\d+$/.test(name)) ? list.sort((a, b) => Number(a) - Number(b)) : list;
}
