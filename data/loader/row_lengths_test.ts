import assert from "node:assert/strict";
import { madeUpSplit } from "./_made_up_split.ts";
import { rowLengths } from "./row_lengths.ts";

Deno.test("rowLengths() reads every row's, also of a last block that is shorter", async () => {
  const lengths = await rowLengths(madeUpSplit(47), "tokens");
  assert.deepEqual([...lengths], Array.from({ length: 47 }, (_, row) => row % 9)); // as the split is made
});

Deno.test("rowLengths() refuses columns that have none", async () => {
  await assert.rejects(rowLengths(madeUpSplit(9), "label"), /"label" are all of one length: choose another/);
  await assert.rejects(
    rowLengths(madeUpSplit(9), "sound"),
    /has no column "sound": choose one of image, label, number, tokens/,
  );
});
