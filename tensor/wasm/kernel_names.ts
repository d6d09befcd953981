import { symbols } from "../native/ffi.ts";

/** The symbols that run in the caller's thread, and so in WebAssembly as well; the others are the same functions on another one. */
export function kernelNames(): string[] {
  return Object.entries(symbols).filter(([, symbol]) => !("nonblocking" in symbol)).map(([name]) => name);
}
