import type { Column } from "../../shards/column.ts";
import type { ColumnArray } from "./columns.ts";

/** Labels as int32 and numbers as float32: one value a row. */
export function numberArray(name: string, column: Column): ColumnArray {
  return {
    arrays: { [name]: { dtype: column.kind === "label" ? "int32" : "float32", shape: [] } },
    write: ({ samples }, out) => {
      const blocks = samples.blocks.map(({ columns }) => columns[column.name]!.values);
      const values = out[name]!;
      for (let i = 0; i < samples.count; i++) values[i] = blocks[samples.blockOf[i]!]![samples.indexIn[i]!]!;
    },
  };
}
