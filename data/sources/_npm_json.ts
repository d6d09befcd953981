import { npmModule } from "./_npm_module.ts";

const AT_ONCE = 256; // one by one, each takes some milliseconds

/** The contents of JSON files in an npm package, "npm:name@1.0.0", in order, as `npmModule()` gives them. */
export async function* npmJson(specifier: string, files: readonly string[]): AsyncGenerator<unknown> {
  for (let first = 0; first < files.length; first += AT_ONCE) {
    const group = files.slice(first, first + AT_ONCE);
    yield* await Promise.all(group.map((file) => npmModule(`${specifier}/${file}`, "json")));
  }
}
