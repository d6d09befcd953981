import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { gridMask } from "./grid_mask.ts";

Deno.test("gridMask() keeps one patch of each square, at each place equally often", () => {
  const places = new Map<string, number>();
  for (let sample = 0; sample < 400; sample++) {
    const { visible, masked } = gridMask([4, 6], 2, stream({ seed: 0, name: "mask", sample }));
    assert.equal(visible.length, 6);
    assert.equal(masked.length, 18);
    const place = [...new Set([...visible].map((token) => `${Math.floor(token / 6) % 2},${token % 2}`))];
    assert.equal(place.length, 1); // the same in every square
    places.set(place[0]!, (places.get(place[0]!) ?? 0) + 1);
  }
  assert.equal(places.size, 4);
  for (const count of places.values()) assert.ok(count > 60 && count < 140, `${count}`); // 100 ± 4.6 σ
});

Deno.test("gridMask() refuses squares that do not tile", () => {
  const prng = stream({ seed: 0, name: "mask" });
  for (const [grid, stride] of [[[7, 7], 2], [[4, 4], 1], [[4, 4], 8]] as const) {
    assert.throws(() => gridMask(grid, stride, prng), RangeError);
  }
});
