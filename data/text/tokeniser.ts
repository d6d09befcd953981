/**
 * What turns text into the indices that a model reads.
 * @module
 */

/** Indices that stand for no text; which of them there are is up to the tokeniser. */
export type SpecialIds = {
  /** Ends a document. */
  readonly separator?: number;
  /** Fills a sequence up. */
  readonly padding?: number;
  /** Stands where a token is hidden. */
  readonly mask?: number;
  /** Begins a sequence and gathers what it is about. */
  readonly class?: number;
  /** Stands for text that the vocabulary lacks. */
  readonly unknown?: number;
};

/** Text to indices and back. */
export type Tokeniser = {
  /** Indices are 0…vocabularySize − 1. */
  readonly vocabularySize: number;
  /** Those that stand for no text. `encode()` adds none at the ends. */
  readonly specialIds: SpecialIds;
  /** The indices that a text is made of. */
  readonly encode: (text: string) => Int32Array;
  /**
   * The text that indices stand for; special ones stand for nothing.
   * @throws {RangeError} If one of them is not in the vocabulary.
   */
  readonly decode: (ids: ArrayLike<number>) => string;
};
