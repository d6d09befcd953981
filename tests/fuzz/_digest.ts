import { createHash } from "node:crypto";
import type { Row, Source, Value } from "@lacuna/data/shards";
import type { Reading } from "./_target.ts";

/** Bytes that differ from each other, the same ones each time. */
export function noise(length: number, seed = 0): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + 1 + 977 * seed, 2654435761) >>> 24);
}

/** A hash of what a reader gives. */
export class Digest {
  readonly #hash = createHash("sha256");

  add(value: Value): void {
    const bytes = typeof value === "object"
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : JSON.stringify(value);
    this.#hash.update(`${bytes.length} `).update(bytes);
  }

  addRow(row: Row): void {
    for (const [name, value] of Object.entries(row)) {
      this.add(name);
      this.add(value);
    }
  }

  hex(): string {
    return this.#hash.digest("hex");
  }
}

/** All items of a source. */
export async function readSource(source: Source): Promise<Reading> {
  const digest = new Digest();
  let numDropped = 0;
  digest.add(JSON.stringify(source.columns));
  for (const [name, { items }] of Object.entries(source.splits)) {
    digest.add(name);
    for await (const item of items(0)) {
      if ("row" in item) digest.addRow(item.row);
      else numDropped++;
    }
  }
  return { digest: digest.hex(), numDropped };
}
