import assert from "node:assert/strict";
import { root } from "./_workplace.ts";

Deno.test("the method of docs/write-a-method.md is one program, which trains it and sees it learn", async () => {
  const page = await Deno.readTextFile(`${root}/docs/write-a-method.md`);
  // "ignore": the blocks are parts of a program, and none of them runs alone
  const blocks = [...page.matchAll(/^```ts ignore\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.equal(blocks.length, 5);
  const end = "console.log(`\\n${JSON.stringify(accuracies)}`);\n";
  const file = await Deno.makeTempFile({ dir: `${root}/tests`, prefix: "page_", suffix: ".ts" }); // where imports are known
  try {
    await Deno.writeTextFile(file, [...blocks, end].join("\n"));
    const args = ["run", "--check", "--no-prompt", "--allow-read", "--allow-write", file];
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const said = new TextDecoder().decode(stdout).trim().split("\n");
    assert.ok(said.includes("complete 192"));
    const { trained = 0, untrained = 0 } = JSON.parse(said.at(-1)!) as Record<string, number>;
    assert.ok(trained > untrained && untrained > 0.25, `${trained}, ${untrained}`); // four classes
  } finally {
    await Deno.remove(file);
  }
});
