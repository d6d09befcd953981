import assert from "node:assert/strict";

/** What Deno says of a module that another imports. */
type Dependency = { readonly isDynamic?: boolean; readonly code?: { readonly specifier?: string } };
type Module = { readonly specifier: string; readonly dependencies?: readonly Dependency[] };

/** Every module that importing this one runs. */
async function runBy(...roots: readonly string[]): Promise<string[]> {
  const run = new Set<string>();
  for (const root of roots) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", root] }).output();
    const { modules }: { modules: readonly Module[] } = JSON.parse(new TextDecoder().decode(stdout));
    const follow = (specifier: string): void => {
      if (run.has(specifier)) return;
      run.add(specifier);
      const { dependencies = [] } = modules.find((module) => module.specifier === specifier) ?? {};
      for (const { isDynamic, code } of dependencies) {
        if (!isDynamic && code?.specifier !== undefined) follow(code.specifier);
      }
    };
    follow(import.meta.resolve(root));
  }
  return [...run];
}

Deno.test("opening shards and loading decoded images runs no decoder and nothing of Arrow's library", async () => {
  const modules = await runBy("@lacuna/data/loader", "@lacuna/data/shards");
  const heavy =
    /apache-arrow|hyparquet|tokenizers|\/data\/(images|audio|augment|text|sources|commands)\/(?!\w+_error\.ts)|\/tensor\/(?!nearest_name)/;
  assert.deepEqual(modules.filter((module) => heavy.test(module)), []);
  assert.ok(modules.some((module) => module.endsWith("/open_dataset.ts")));
});
