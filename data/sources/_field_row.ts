import type { Value } from "../shards/rows.ts";
import { parseField } from "./_field.ts";
import type { FieldReader, ResolvedField } from "./_resolve_fields.ts";
import type { SourceItem } from "./source.ts";

/** A record's row, or why it has none. */
export function fieldRow(
  fields: readonly ResolvedField[],
  read: FieldReader,
  where: () => string,
): SourceItem {
  const row: Record<string, Value> = {};
  for (const { column, field } of fields) {
    const parsed = parseField(column, read(field));
    if ("dropped" in parsed) return { dropped: parsed.dropped, detail: `${where()}: ${parsed.detail}` };
    row[column.name] = parsed.value;
  }
  return { row };
}
