import { isUtf8 } from "node:buffer";
import { BlockFault } from "./_decode_block.ts";
import type { ColumnValues } from "./rows.ts";

/**
 * Checks what the types of columns do not say: that labels have classes and that text is UTF-8.
 * @throws {BlockFault} If not, with the row within the block.
 */
export function checkValues(columns: Readonly<Record<string, ColumnValues>>): void {
  for (const values of Object.values(columns)) {
    if (values.column.kind === "label") checkLabels(values, values.column.classNames.length);
    if (values.column.kind === "text") checkText(values);
  }
}

function checkLabels({ column, values }: ColumnValues, numClasses: number): void {
  const max = numClasses === 0 ? Infinity : numClasses - 1;
  for (let i = 0; i < values.length; i++) {
    const label = values[i]!;
    if (label >= 0 && label <= max) continue;
    const classes = numClasses === 0 ? "labels begin at 0" : `there are ${numClasses} classes`;
    throw new BlockFault("labels", `column "${column.name}" has label ${label}, but ${classes}`, i);
  }
}

/** All of it, and that no row begins within a character. */
function checkText({ column, values, offsets }: ColumnValues): void {
  const text = values as Uint8Array;
  const isWhole = (row: number): boolean => {
    const start = offsets![row]!;
    return start === text.length || (text[start]! & 0xc0) !== 0x80; // 10xxxxxx goes on with a character
  };
  const numRows = offsets!.length - 1;
  const isSound = isUtf8(text);
  for (let row = 0; row < numRows; row++) {
    const sound = isSound ? isWhole(row) : isUtf8(text.subarray(offsets![row]!, offsets![row + 1]!));
    if (!sound) throw new BlockFault("text", `column "${column.name}" has bytes that are not UTF-8`, row);
  }
}
