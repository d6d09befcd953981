import assert from "node:assert/strict";
import { withTempFolder } from "../_with_temp_folder.ts";
import { isMissing } from "../_is_missing.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;

function start(args: readonly string[]): Deno.ChildProcess {
  const deno = ["run", "--no-prompt", "--allow-read", "--allow-write", MAIN, ...args];
  return new Deno.Command(Deno.execPath(), { args: deno, stdout: "piped", stderr: "piped" }).spawn();
}

/** Sends a signal once the import has written a file, and tells how the process ended. */
async function interrupt(args: readonly string[], file: string, signal: Deno.Signal) {
  const process = start(args);
  const ended = process.output();
  while (!await exists(file)) {
    const end = await Promise.race([ended, new Promise<void>((resolve) => setTimeout(resolve, 5))]);
    if (end) assert.fail(`it ended before it wrote ${file}: ${new TextDecoder().decode(end.stderr)}`);
  }
  process.kill(signal);
  const { code, signal: by, stdout } = await ended;
  return { code, by, out: new TextDecoder().decode(stdout) };
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, (error) => {
    if (isMissing(error)) return false;
    throw error;
  });
}

Deno.test("an import that is interrupted, then killed, goes on and ends with the same bytes as one that was not", () =>
  withTempFolder(async (folder) => {
    const numbers = Array.from(
      { length: 120_000 },
      (_, i) => `{"i":${i},"text":"${"line ".repeat(i % 20)}"}\n`,
    );
    await Deno.writeTextFile(`${folder}/lines.jsonl`, numbers.join(""));
    const importTo = (out: string) =>
      [
        "import",
        "json-lines",
        `${folder}/lines.jsonl`,
        "--shard-bytes",
        "300k",
        "--block-rows",
        "1000",
        "--name",
        "lines",
      ]
        .concat("--out", out);
    const [cut, whole] = [`${folder}/cut`, `${folder}/whole`];

    const first = await interrupt(importTo(cut), `${cut}/train-00002.arrow`, "SIGINT");
    assert.equal(first.code, 130);
    assert.match(first.out, /Interrupted: the same command goes on/);
    assert.ok(!await exists(`${cut}/manifest.json`));
    const second = await interrupt(importTo(cut), `${cut}/train-00008.arrow`, "SIGKILL");
    assert.equal(second.by, "SIGKILL");
    const third = await start(importTo(cut)).output();
    assert.equal(third.code, 0);
    assert.match(new TextDecoder().decode(third.stdout), /^Goes on after [\d,]+ items of train/);

    assert.equal((await start(importTo(whole)).output()).code, 0);
    const names = Array.from(Deno.readDirSync(whole), ({ name }) => name).sort();
    assert.deepEqual(Array.from(Deno.readDirSync(cut), ({ name }) => name).sort(), names);
    assert.ok(names.length > 20);
    for (const name of names) {
      assert.deepEqual(await Deno.readFile(`${cut}/${name}`), await Deno.readFile(`${whole}/${name}`), name);
    }
  }));
