/**
 * What the commands share in speaking to a terminal: progress, sizes, times, and ending on request.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatBytes, formatSeconds } from "@lacuna/data/terminal";
 *
 * assert.equal(`${formatBytes(53_912_000)} in ${formatSeconds(187)}`, "54 MB in 3:07");
 * ```
 *
 * @module
 */
export { byteCount } from "./byte_count.ts";
export { formatBytes } from "./format_bytes.ts";
export { formatSeconds } from "./format_seconds.ts";
export { Interrupt } from "./interrupt.ts";
export { printable } from "./printable.ts";
export { ProgressLine } from "./progress_line.ts";
export { standardTerminal, type Terminal } from "./terminal.ts";
export { wholeNumber } from "./whole_number.ts";
