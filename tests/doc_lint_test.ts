import assert from "node:assert/strict";
import { root } from "./_workplace.ts";

/** Lints a workspace of one member that exports `mod.ts`; a text of `undefined` leaves that file out. */
async function lint(mod: string | undefined): Promise<{ code: number; out: string }> {
  const folder = Deno.makeTempDirSync({ prefix: "lacuna_" });
  try {
    Deno.mkdirSync(`${folder}/member`);
    const files = {
      "deno.json": '{ "workspace": ["./member"] }',
      "mod.ts": "export {};",
      "member/deno.json": '{ "name": "@lint/member", "version": "0.1.0", "exports": { ".": "./mod.ts" } }',
      "member/mod.ts": mod,
    };
    for (const [file, text] of Object.entries(files)) {
      if (text !== undefined) Deno.writeTextFileSync(`${folder}/${file}`, text);
    }
    const args = ["run", "--no-prompt", "--allow-read=.", "--allow-run=deno", `${root}/tests/doc_lint.ts`];
    const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
    return { code, out: new TextDecoder().decode(stdout) };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("doc_lint passes what is documented, and fails what is not or cannot be read", async () => {
  const complete = await lint("/** One. */\nexport const one: number = 1;");
  assert.deepEqual(complete, { code: 0, out: "Documentation is complete\n" });
  const undocumented = await lint("export const one: number = 1;");
  assert.equal(undocumented.code, 1);
  assert.match(undocumented.out, /error\[missing-jsdoc\]/);
  const missing = await lint(undefined);
  assert.equal(missing.code, 1);
  assert.match(missing.out, /mod\.ts/);
});
