import assert from "node:assert/strict";
import { mendAdvice, namedSets } from "./_mend_advice.ts";
import { sourceKinds } from "./sources/source_kinds.ts";

Deno.test("mendAdvice() names the folder and the command that writes it", () => {
  const advices: Record<string, RegExp> = {
    ".lacuna/data/fashion-mnist/train-00000.arrow":
      / in \.lacuna\/data\/fashion-mnist again with `deno task data import fashion-mnist --replace`$/,
    "/home/x/.lacuna/data/photos/manifest.json": /`deno task data import <source> --out photos --replace`$/,
    "sets/mnist/manifest.json": /`deno task data import <source> --out sets\/mnist --replace`$/,
    "https://data.example.org/photos/train-00000.arrow":
      /^upload the set to https:\/\/data\.example\.org\/photos /,
  };
  for (const [file, advice] of Object.entries(advices)) assert.match(mendAdvice(file), advice);
});

Deno.test("namedSets are the sources that take no path", () => {
  const kinds = Object.entries(sourceKinds).filter(([, { takes }]) => takes === "nothing");
  assert.deepEqual(kinds.map(([name]) => name).sort(), namedSets.toSorted());
});
