import assert from "node:assert/strict";
import { rowsNeeded } from "./rows_needed.ts";

const crop = (
  top: number,
  height: number,
) => ({ kind: "crop", box: { top, left: 0, height, width: 5 } } as const);
const resize = { kind: "resize", height: 8, width: 8, filter: "bilinear", antialias: true } as const;
const flip = { kind: "flip" } as const;

Deno.test("rowsNeeded() is where the lowest view ends", () => {
  assert.equal(rowsNeeded({ shared: [], views: [[crop(0, 10)], [flip, crop(30, 10), crop(0, 2)]] }, 100), 40);
  assert.equal(rowsNeeded({ shared: [flip], views: [[{ ...resize, box: crop(5, 6).box }]] }, 100), 11);
  assert.equal(rowsNeeded({ shared: [crop(5, 10)], views: [[], [{ kind: "invert" }]] }, 100), 15);
});

Deno.test("rowsNeeded() is all rows where a view sees them, or a step depends on them before the cut", () => {
  assert.equal(rowsNeeded({ shared: [], views: [[crop(0, 10)], []] }, 100), 100);
  assert.equal(rowsNeeded({ shared: [], views: [[resize]] }, 100), 100);
  assert.equal(rowsNeeded({ shared: [{ kind: "contrast", factor: 2 }], views: [[crop(0, 10)]] }, 100), 100);
  assert.equal(
    rowsNeeded({ shared: [], views: [[{ kind: "blur", sigma: 1, kernelSize: 3 }, crop(0, 10)]] }, 100),
    100,
  );
});
