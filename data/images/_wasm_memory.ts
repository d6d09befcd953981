/** What a codec in WebAssembly shows of its memory. */
export type WasmMemory = {
  readonly memory: WebAssembly.Memory;
  readonly malloc: (numBytes: number) => number;
  readonly free: (pointer: number) => void;
};

/** Copies bytes to a place in the memory. */
export function writeTo({ memory }: WasmMemory, pointer: number, bytes: Uint8Array): void {
  new Uint8Array(memory.buffer, pointer, bytes.length).set(bytes);
}
