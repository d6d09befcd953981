import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * When the bytes of a block are checked: "always" against its SHA-256; "first" that way once, and from then on against the CRC-32 that
 * they had, ten times as fast, which notices damage but not malice; "never".
 */
export type Verify = "always" | "first" | "never";

/** Remembers which blocks of a split were whole. */
export class BlockChecks {
  readonly #verify: Verify;
  readonly #sums: Int32Array; // CRC-32 of each block seen
  readonly #seen: Uint8Array; // 1 if it was whole

  constructor(numBlocks: number, verify: Verify) {
    this.#verify = verify;
    const length = verify === "first" ? numBlocks : 0;
    this.#sums = new Int32Array(length);
    this.#seen = new Uint8Array(length);
  }

  /** Whether the bytes of a block were checked before, and nothing but damage since need be feared. */
  trusts(index: number): boolean {
    return this.#verify === "never" || this.#seen[index] === 1;
  }

  /** What is wrong with the bytes of a block, or nothing. */
  problem(index: number, bytes: Uint8Array, sha256: string): string | undefined {
    if (this.#verify === "never") return undefined;
    if (this.#seen[index] === 1) {
      const isSame = (crc32(bytes) | 0) === this.#sums[index];
      return isSame ? undefined : "it is not what it was when it was first read";
    }
    const found = createHash("sha256").update(bytes).digest("hex");
    return found === sha256 ? undefined : `it has ${found}, its manifest says ${sha256}`;
  }

  /** Takes note that a block has passed every check. */
  trust(index: number, bytes: Uint8Array): void {
    if (this.#verify !== "first") return;
    this.#sums[index] = crc32(bytes);
    this.#seen[index] = 1;
  }
}
