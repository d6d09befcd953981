import assert from "node:assert/strict";
import { Workplace } from "./_workplace.ts";

Deno.test("deno task study runs arms, writes a page with curves and numbers, and uses its runs again", async () => {
  using place = new Workplace({ native: false });
  await place.writeData();
  Deno.mkdirSync(`${place.path}/docs/studies`, { recursive: true });
  const args = [
    "extrema-parts",
    "--seeds",
    "1",
    "--epochs",
    "2",
    "--images",
    "130",
    "--arm",
    "no-predictor",
    "--device",
    "wasm",
  ];
  const first = await place.run("study", args);
  assert.equal(first.code, 0, first.error);
  assert.match(first.out, /whole, seed 0: [\d.]+ %/);
  const name = "extrema-parts-2-epochs-130-images-with-no-predictor";
  const page = () => Deno.readTextFileSync(`${place.path}/docs/studies/${name}.md`);
  const before = page();
  assert.match(before, /\| no-predictor \|/);
  assert.ok(
    before.includes("`deno task study extrema-parts --seeds 1 --epochs 2 --images 130 --arm no-predictor`"),
  );
  assert.match(before, /130 images of .*, 1 seed\./);
  assert.match(before, /2 epochs, the same steps for every arm, 130 images of/);
  assert.ok(Deno.statSync(`${place.path}/runs/studies/extrema-parts-2-epochs-130-images`).isDirectory);
  assert.match(Deno.readTextFileSync(`${place.path}/docs/studies/${name}.svg`), /<polyline/);
  const lines = Deno.readTextFileSync(`${place.path}/docs/studies/${name}.jsonl`).trim().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line).arm), ["whole", "no-predictor"]);

  const second = await place.run("study", args);
  assert.equal(second.code, 0, second.error);
  assert.doesNotMatch(second.out, /seed 0:/);
  assert.equal(page(), before);

  const unknown = await place.run("study", ["extrema-part"]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.error, /did you mean extrema-parts\?/);
});
