import assert from "node:assert/strict";
import { RequestLimit } from "./request_limit.ts";

Deno.test("RequestLimit lets so many run, in turn, and goes on after a failure", async () => {
  const limit = new RequestLimit(2);
  const log: string[] = [];
  const work = (name: string, fails = false) =>
    limit.run(async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([work("a", true), work("b"), work("c"), work("d")]);
  assert.deepEqual(results.map((r) => r.status === "fulfilled" ? r.value : String(r.reason)), [
    "Error: a",
    "b",
    "c",
    "d",
  ]);
  assert.deepEqual(log.slice(0, 2), ["a begins", "b begins"]);
  assert.deepEqual(log.filter((line) => line.endsWith("begins")).map((line) => line[0]), [
    "a",
    "b",
    "c",
    "d",
  ]);
  assert.ok(log.indexOf("c begins") > log.indexOf("a ends"));
});

Deno.test("RequestLimit refuses no number", () => {
  for (const max of [0, -1, 1.5, NaN]) assert.throws(() => new RequestLimit(max), RangeError);
});
