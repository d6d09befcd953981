import assert from "node:assert/strict";
import { RateMeter } from "./_rate_meter.ts";

const progress = (split: string, items: number, bytes: number) => ({
  split,
  items,
  bytes,
  rows: items,
  numItems: undefined,
});

Deno.test("RateMeter measures from where a split begins, and over the last seconds only", () => {
  const meter = new RateMeter();
  assert.ok(Number.isNaN(meter.itemsPerSecond));
  meter.begin("train", 1000, 0); // an earlier import has done 1000
  meter.add(progress("train", 1100, 5000), 1);
  assert.equal(meter.itemsPerSecond, 100);
  meter.add(progress("train", 1300, 6000), 2);
  assert.deepEqual([meter.itemsPerSecond, meter.bytesPerSecond], [150, 1000]);
  for (let second = 3; second <= 30; second++) meter.add(progress("train", 1300 + 7 * second, 6000), second);
  assert.equal(meter.itemsPerSecond, 7); // the faster beginning is forgotten
  meter.add(progress("test", 50, 100), 31);
  assert.ok(!(meter.itemsPerSecond < 50)); // another split begins with its first block
});
