/**
 * Prints the rows of Arrow files as JSON, as DuckDB reads them, how it calls each column's type, and what it counts in them.
 *
 * DuckDB's native build for npm reads Arrow only with an extension, which it downloads; its WebAssembly build has a reader within.
 * @module
 */

/** Computed, so that no other program needs the package. */
const specifier = `npm:@duckdb/duckdb-wasm@${"1.32.0"}`;

const duckdb = await import(`${specifier}/blocking`);
if (Deno.args.length === 0) Deno.exit(); // the package is there: nothing else was asked
const bundle = (kind: string) => ({
  mainModule: new URL(import.meta.resolve(`${specifier}/dist/duckdb-${kind}.wasm`)).pathname,
  mainWorker: "",
});
const database = await duckdb.createDuckDB(
  { mvp: bundle("mvp"), eh: bundle("eh") },
  new duckdb.VoidLogger(),
  duckdb.NODE_RUNTIME,
);
await database.instantiate(() => {});
const connection = database.connect();
for (const [i, file] of Deno.args.entries()) {
  const stream = (await Deno.readFile(file)).subarray(8); // behind the magic bytes, an Arrow file is a stream
  connection.insertArrowFromIPCStream(stream, { name: "data", create: i === 0 });
}

type Result = { toArray(): { toJSON(): Record<string, unknown> }[] };
const query = (sql: string) => (connection.query(sql) as Result).toArray().map((row) => row.toJSON());
const types = query(
  "select column_name as name, data_type as type from duckdb_columns() where table_name = 'data'",
);
const rows = query("select * from data");
const [counts] = query(
  "select count(*)::int as count, sum(label)::int as odd, sum(list_sum(image::utinyint[]))::int as pixels from data",
);
const plain = (_: string, value: unknown) => {
  if (ArrayBuffer.isView(value)) return [...value as Uint8Array];
  const vector = value as { toArray?: () => unknown } | null;
  return typeof vector?.toArray === "function" ? [...vector.toArray() as Iterable<unknown>] : value;
};
console.log(
  JSON.stringify(
    { types: Object.fromEntries(types.map(({ name, type }) => [name, type])), rows, counts },
    plain,
  ),
);
