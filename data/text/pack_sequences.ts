/**
 * Documents of all lengths to sequences of one.
 * @module
 */

/** How documents share sequences. */
export type Packing = {
  /** Tokens of a sequence, separators and padding included. */
  readonly length: number;
  /**
   * "split" fills every sequence to its end and lets documents go on in the next; "whole" moves a document that does not fit on to the next
   * sequence, and cuts only those longer than one; "single" puts no two documents in one. "split" if not given.
   */
  readonly documents?: "split" | "whole" | "single";
  /** Put after each document, as part of it; none if not given. */
  readonly separator?: number;
  /** Fills what stays empty. */
  readonly padding: number;
};

/** One sequence, of pieces of documents end to end. */
export type PackedSequence = {
  /** [length], padding at the end. */
  readonly tokens: Int32Array;
  /** [pieces + 1]: piece i is `tokens[offsets[i]…offsets[i + 1] − 1]`; what follows the last is padding. */
  readonly offsets: Int32Array;
  /** Index of the document that the first piece is of; the others are of those that follow and have tokens. */
  readonly firstDocument: number;
};

/**
 * Puts documents into sequences one by one. No token is lost, doubled or moved: the pieces of all sequences, end to end, are the documents,
 * end to end. A document without tokens leaves no trace.
 */
export class SequencePacker {
  readonly #packing: Packing;
  readonly #tokens: Int32Array;
  #length = 0; // of what #tokens holds
  #offsets: number[] = [0];
  #firstDocument = 0;
  #numDocuments = 0;

  /**
   * An empty packer.
   * @throws {RangeError} If the length is not a whole number from 1, or an index not one from 0.
   */
  constructor(packing: Packing) {
    const { length, separator = 0, padding } = packing;
    if (!(Number.isInteger(length) && length >= 1)) {
      throw new RangeError(`Sequences cannot have ${length} tokens: give a whole number from 1`);
    }
    for (const [name, id] of Object.entries({ separator, padding })) {
      if (!(Number.isInteger(id) && id >= 0)) {
        throw new RangeError(`The ${name} cannot be ${id}: give an index of the vocabulary`);
      }
    }
    this.#packing = packing;
    this.#tokens = new Int32Array(length);
  }

  /** Takes the next document in, and gives the sequences that it made full. */
  *add(document: Int32Array): Generator<PackedSequence> {
    const { length, documents = "split", separator } = this.#packing;
    const index = this.#numDocuments++;
    if (document.length === 0) return;
    const whole = separator === undefined ? document : withLast(document, separator);
    const isCrowded = documents === "single" ||
      (documents === "whole" && this.#length + whole.length > length);
    if (isCrowded) yield* this.finish();
    for (let at = 0; at < whole.length;) {
      if (this.#length === 0) this.#firstDocument = index;
      const piece = whole.subarray(at, at + length - this.#length);
      this.#tokens.set(piece, this.#length);
      this.#length += piece.length;
      this.#offsets.push(this.#length);
      at += piece.length;
      if (this.#length === length) yield* this.finish();
    }
  }

  /** Gives the sequence that is begun, if one is, padded to its length. */
  *finish(): Generator<PackedSequence> {
    if (this.#length === 0) return;
    const tokens = this.#tokens.slice().fill(this.#packing.padding, this.#length);
    yield { tokens, offsets: Int32Array.from(this.#offsets), firstDocument: this.#firstDocument };
    this.#length = 0;
    this.#offsets = [0];
  }
}

/**
 * Documents to sequences of one length, with the places where one document ends and the next begins, so that masks and attention can keep
 * to them.
 * @example
 * ```ts
 * import { packSequences } from "@lacuna/data/text";
 * import assert from "node:assert/strict";
 *
 * const documents = [Int32Array.of(1, 2, 3), Int32Array.of(4, 5)];
 * const sequences = [...packSequences(documents, { length: 4, separator: 9, padding: 0 })];
 * assert.deepEqual(sequences.map(({ tokens }) => [...tokens]), [[1, 2, 3, 9], [4, 5, 9, 0]]);
 * ```
 * @param documents Tokens of each.
 * @param packing How long sequences are, and how documents share them.
 * @throws {RangeError} If the length is not a whole number from 1, or an index not one from 0.
 */
export function* packSequences(documents: Iterable<Int32Array>, packing: Packing): Generator<PackedSequence> {
  const packer = new SequencePacker(packing);
  for (const document of documents) yield* packer.add(document);
  yield* packer.finish();
}

function withLast(document: Int32Array, last: number): Int32Array {
  const whole = new Int32Array(document.length + 1);
  whole.set(document);
  whole[document.length] = last;
  return whole;
}
