/**
 * A source of text as a source of tokens.
 * @module
 */
import { SourceError } from "../source_error.ts";
import type { Column } from "../shards/column.ts";
import type { Row } from "../shards/rows.ts";
import type { Source, SourceItem, SplitSource } from "../sources/source.ts";
import { type PackedSequence, type Packing, SequencePacker } from "./pack_sequences.ts";
import type { Tokeniser } from "./tokeniser.ts";

/** How text becomes sequences. */
export type TokenisedOptions = {
  /** Text to indices. */
  readonly tokeniser: Tokeniser;
  /** Tokens of a sequence, separators and padding included. */
  readonly length: number;
  /**
   * How documents share sequences, as in `packSequences()`. With "single" the other columns of a document's row go with each of its
   * sequences; else they are left out. "split" if not given.
   */
  readonly documents?: "split" | "whole" | "single";
  /** Put after each document; the tokeniser's own if not given, `null` for none. */
  readonly separator?: number | null;
  /** Fills what stays empty; the tokeniser's own if not given. */
  readonly padding?: number;
  /** Of the text; the source's only one if not given. */
  readonly column?: string;
};

/**
 * The rows of a source of text, packed into sequences of tokens: the columns `tokens` [length] and `offsets` [pieces + 1], between
 * which documents' pieces stand, so that masks and attention can keep to them. Documents are in the source's order, and none is lost; items that
 * the source drops stay dropped, and a document without tokens is dropped.
 *
 * Going on at an item is exact, but reads and tokenises what is before it again, as only that tells where it begins.
 * @throws {SourceError} If the source has no such column of text, or several and none is named.
 * @throws {RangeError} If the length or an index is impossible, or there is no padding.
 */
export function tokenisedSource(source: Source, options: TokenisedOptions): Source {
  const column = textColumn(source, options.column);
  const packing = packingOf(options);
  new SequencePacker(packing); // refuses impossible ones now, not at the first row
  const carried = packing.documents === "single" ? source.columns.filter(({ name }) => name !== column) : [];
  const taken = carried.find(({ name }) => name === "tokens" || name === "offsets");
  if (taken) {
    throw new SourceError(source.name, `${source.name} has a column ${taken.name} already: take it without`);
  }
  const columns: Column[] = [
    { name: "tokens", kind: "tokens" },
    { name: "offsets", kind: "tokens" },
    ...carried,
  ];
  const { encode } = options.tokeniser;
  const splitOf = (split: SplitSource): SplitSource => ({
    items: (from) => packItems(split, column, encode, packing, from),
  });
  return {
    ...source,
    columns,
    splits: Object.fromEntries(Object.entries(source.splits).map(([name, split]) => [name, splitOf(split)])),
  };
}

function textColumn({ name: source, columns }: Source, wanted: string | undefined): string {
  const names = columns.filter(({ kind }) => kind === "text").map(({ name }) => name);
  if (wanted === undefined && names.length === 1) return names[0]!;
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const which = wanted === undefined ? `${names.length} columns of text` : `no column of text ${wanted}`;
  const hint = names.length > 0 ? `: name one of ${names.join(", ")}` : "";
  throw new SourceError(source, `${source} has ${which}${hint}`);
}

function packingOf({ tokeniser, length, documents = "split", ...given }: TokenisedOptions): Packing {
  const { specialIds, vocabularySize } = tokeniser;
  const separator = given.separator === null ? undefined : given.separator ?? specialIds.separator;
  const padding = given.padding ?? specialIds.padding;
  if (padding === undefined) {
    throw new RangeError("The tokeniser has no padding: give an index that fills what stays empty");
  }
  const beyond = [separator ?? 0, padding].find((id) => id >= vocabularySize);
  if (beyond !== undefined) {
    throw new RangeError(`Index ${beyond} is not in the vocabulary of ${vocabularySize}`);
  }
  return { length, documents, padding, ...(separator === undefined ? {} : { separator }) };
}

async function* packItems(
  split: SplitSource,
  column: string,
  encode: Tokeniser["encode"],
  packing: Packing,
  from: number,
): AsyncGenerator<SourceItem> {
  let left = from;
  for await (const item of packAll(split, column, encode, packing)) {
    if (left > 0) left--;
    else yield item;
  }
}

async function* packAll(
  split: SplitSource,
  column: string,
  encode: Tokeniser["encode"],
  packing: Packing,
): AsyncGenerator<SourceItem> {
  const packer = new SequencePacker(packing);
  let carried: Row = {}; // of the document in the packer; with "single" there is never more than one
  let index = 0;
  for await (const item of split.items(0)) {
    if ("dropped" in item) yield item;
    else {
      const { [column]: text, ...others } = item.row;
      const tokens = encode(text as string);
      if (tokens.length === 0) {
        yield { dropped: "document has no tokens", detail: `document ${index} has no tokens` };
      } else if (packing.documents === "single") {
        for (const sequence of packer.finish()) yield rowOf(sequence, carried);
        carried = others;
      }
      for (const sequence of packer.add(tokens)) yield rowOf(sequence, carried);
    }
    index++;
  }
  for (const sequence of packer.finish()) yield rowOf(sequence, carried);
}

function rowOf({ tokens, offsets }: PackedSequence, carried: Row): SourceItem {
  return { row: { tokens, offsets, ...carried } };
}
