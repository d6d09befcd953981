import fc from "fast-check";
import assert from "node:assert/strict";
import { epochOrder } from "./epoch_order.ts";

Deno.test("epochOrder() visits every sample once", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), fc.nat(1000), (size, seed, epoch) => {
    const order = epochOrder(size, { seed, epoch });
    assert.deepEqual([...order].sort((a, b) => a - b), [...Array(size).keys()]);
  }));
});

Deno.test("epochOrder() is the same for one address, and differs between epochs and seeds", () => {
  const order = epochOrder(1000, { seed: 1, epoch: 2 });
  assert.deepEqual(epochOrder(1000, { seed: 1, epoch: 2 }), order);
  assert.notDeepEqual(epochOrder(1000, { seed: 1, epoch: 3 }), order);
  assert.notDeepEqual(epochOrder(1000, { seed: 2, epoch: 2 }), order);
});
