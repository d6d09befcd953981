import assert from "node:assert/strict";
import { SourceError } from "../source_error.ts";
import { readRows } from "./_read_items.ts";
import { sotuSource } from "./sotu_source.ts";

/** A package of two addresses, listed the wrong way round. */
const files: Readonly<Record<string, unknown>> = {
  "datapackage.json": {
    resources: [
      { path: "./data/1797_john_adams_f.json", format: "json" },
      { path: "./data/1790_george_washington_n.json", format: "json" },
      { path: "./data/1790_george_washington_n.txt", format: "text" },
    ],
  },
  "data/1790_george_washington_n.json": {
    year: 1790,
    name: "George Washington",
    party: "none",
    text: "first",
  },
  "data/1797_john_adams_f.json": { year: 1797, name: "John Adams", party: "Federalist", text: "second" },
};
const load = (file: string) => Promise.resolve(files[file]);

Deno.test("sotuSource() gives addresses by year, with who spoke", async () => {
  const source = await sotuSource(load);
  const names = source.columns.map((column) => column.kind === "label" ? column.classNames : undefined);
  assert.deepEqual(names.slice(2), [["George Washington", "John Adams"], ["none", "Federalist"]]);
  const rows = [
    { text: "first", year: 1790, president: 0, party: 0 },
    { text: "second", year: 1797, president: 1, party: 1 },
  ];
  assert.deepEqual(await readRows(source), rows);
  assert.deepEqual(await readRows(source, 1), rows.slice(1));
});

Deno.test("sotuSource() refuses a package that it does not know", async () => {
  for (const datapackage of [{}, null, { resources: [{ format: "json" }] }, { resources: [null] }]) {
    await assert.rejects(sotuSource(() => Promise.resolve(datapackage)), SourceError);
  }
  const without = (file: string) =>
    Promise.resolve(file === "datapackage.json" ? files[file] : { year: 1790 });
  await assert.rejects(sotuSource(without), /an address lacks/);
});
