/**
 * Text to tokens, and tokens to sequences of one length.
 * @module
 */
export { type ByteTokeniser, byteTokeniser } from "./byte_tokeniser.ts";
export { fileTokeniser } from "./file_tokeniser.ts";
export { type PackedSequence, type Packing, packSequences, SequencePacker } from "./pack_sequences.ts";
export { pieceIndices } from "./piece_indices.ts";
export { type TokenisedOptions, tokenisedSource } from "./tokenised_source.ts";
export type { SpecialIds, Tokeniser } from "./tokeniser.ts";
