import { encodePng } from "@lacuna/data/images";
import { stream, uniforms } from "@lacuna/random";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { hasNative, Workplace } from "./_workplace.ts";

const flags = ["--preset", "tiny", "--run", "runs/tiny", "--set", "schedule.epochs=2"];

Deno.test("pretrain, then evaluate: a table with both controls and a report that needs nothing else", async () => {
  using place = new Workplace();
  await place.writeData();
  const trained = await place.run("pretrain", flags);
  assert.equal(trained.code, 0, trained.error);
  assert.match(trained.out, /Data +stripes: 160 images of 14×14×1/);
  assert.match(trained.out, /Done +20 steps in .*: runs\/tiny/); // 2 epochs of 160 / 16

  const evaluated = await place.run("evaluate", ["--run", "runs/tiny"]);
  assert.equal(evaluated.code, 0, evaluated.error);
  const percent = String.raw` +\d+\.\d+`;
  for (const features of ["trained encoder", "untrained encoder", "raw pixels"]) {
    assert.match(evaluated.out, new RegExp(`^${features} .*${percent}.*${percent}`, "m"));
  }
  assert.match(evaluated.out, /^Report: runs\/tiny\/report\.html$/m);

  const record = JSON.parse(Deno.readTextFileSync(`${place.path}/runs/tiny/evaluation.json`));
  assert.equal(record.checkpoint.step, 20);
  assert.deepEqual([record.table.numTrain, record.table.numTest], [160, 80]);
  for (const { knn, linear } of record.table.rows) {
    assert.ok(knn >= 0 && knn <= 1 && linear >= 0 && linear <= 1);
  }
  assertSelfContained(Deno.readTextFileSync(`${place.path}/runs/tiny/report.html`));

  const before = filesOf(`${place.path}/runs/tiny`);
  const trainedAgain = await place.run("pretrain", flags);
  assert.equal(trainedAgain.code, 0, trainedAgain.error);
  assert.match(trainedAgain.out, /Already complete: runs\/tiny\/checkpoints\/step-00000020\.safetensors/);
  const evaluatedAgain = await place.run("evaluate", ["--run", "runs/tiny"]);
  assert.equal(evaluatedAgain.code, 0, evaluatedAgain.error);
  assert.match(evaluatedAgain.out, /The checkpoint of step 20 is evaluated already/);
  assert.deepEqual(tableOf(evaluatedAgain.out), tableOf(evaluated.out));
  assert.deepEqual(filesOf(`${place.path}/runs/tiny`), before);
});

Deno.test("the pure tasks do the same without FFI", async () => {
  using place = new Workplace();
  await place.writeData();
  const trained = await place.run("pretrain:pure", flags);
  assert.equal(trained.code, 0, trained.error);
  const reason = hasNative ? "--allow-ffi" : "not built";
  assert.match(trained.out, new RegExp(String.raw`Device +wasm: .*\n +not native: .*${reason}`));
  const evaluated = await place.run("evaluate:pure", ["--run", "runs/tiny"]);
  assert.equal(evaluated.code, 0, evaluated.error);
  assert.match(evaluated.out, /Evaluating on wasm/);
  assertSelfContained(Deno.readTextFileSync(`${place.path}/runs/tiny/report.html`));
});

Deno.test("a folder of pictures of any size: import, pretrain, evaluate", async () => {
  using place = new Workplace();
  const pictures = `${place.path}/pictures`;
  for (let i = 0; i < 120; i++) {
    const folder = `${pictures}/${i % 2 === 0 ? "dark" : "light"}`;
    Deno.mkdirSync(folder, { recursive: true });
    const [height, width] = [30 + i % 7, 40 - i % 11];
    const prng = stream({ seed: 0, name: "pictures", sample: i });
    const pixels = Uint8Array.from(uniforms(height * width * 3, prng), (u) => 120 * u + (i % 2) * 120);
    Deno.writeFileSync(`${folder}/${i}.png`, encodePng({ height, width, channels: 3, pixels }));
  }
  const imported = await place.run("data", ["import", "folder", "pictures", "--test-share", "0.3"]);
  assert.equal(imported.code, 0, imported.error);
  const data = ["--data", ".lacuna/data/pictures"];
  const trained = await place.run("pretrain", [...flags, ...data, "--device", "cpu"]);
  assert.equal(trained.code, 0, trained.error);
  assert.match(trained.out, /Data +pictures: \d+ images of 28×28×3/);
  const evaluated = await place.run("evaluate", ["--run", "runs/tiny", ...data, "--device", "cpu"]);
  assert.equal(evaluated.code, 0, evaluated.error);
  assert.match(evaluated.out, /^raw pixels +2352 +\d+\.\d+ %/m); // 28 · 28 · 3
});

/** Nothing that a browser would fetch: every source, link and style sheet is in the page itself. */
function assertSelfContained(page: string): void {
  assert.ok(page.startsWith("<!doctype html>"));
  const fetched = [
    ...page.matchAll(/\s(?:src|srcset|href|poster|action)\s*=(?!\s*["']?(?:data:|#))[^>]{0,80}/gi),
    ...page.matchAll(/url\((?!\s*["']?(?:data:|#))[^)]*/gi),
    ...page.matchAll(/@import\s[^;]*|\b(?:fetch|import|XMLHttpRequest|WebSocket)\s*\([^)]*/g),
  ].map(([text]) => text);
  assert.deepEqual(fetched, []);
  const code = page.replaceAll(/\/\*.*?\*\//gs, ""); // comments name what they come from
  const addresses = (code.match(/https?:\/\/[^\s"'<>)]*/g) ?? []).filter((address) =>
    !address.startsWith("http://www.w3.org/") // names of XML dialects
  );
  assert.deepEqual(addresses, []);
}

/** The lines of the table. */
function tableOf(out: string): string[] {
  return out.split("\n").filter((line) => /^(trained encoder|untrained encoder|raw pixels) .*%/.test(line));
}

/** Every file below a folder with the SHA-256 of its contents. */
function filesOf(folder: string): [string, string][] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }): [string, string][] => {
    const path = `${folder}/${name}`;
    return isDirectory
      ? filesOf(path)
      : [[path, createHash("sha256").update(Deno.readFileSync(path)).digest("hex")]];
  }).sort();
}
