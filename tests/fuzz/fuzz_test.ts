import assert from "node:assert/strict";
import fc from "fast-check";
import { stream } from "@lacuna/random";
import { mutate } from "./_mutate.ts";
import { isFault } from "./_outcome.ts";
import { runFuzz } from "./_run_fuzz.ts";
import { targets } from "./_targets.ts";

const ROUNDS = 25;

Deno.test("mutate() gives other bytes, the same ones for the same address", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (bytes, sample) => {
    const prng = stream({ seed: 0, name: "mutate", sample }), before = bytes.slice();
    const damaged = mutate(bytes, prng);
    assert.notDeepEqual(damaged, bytes);
    assert.deepEqual(damaged, mutate(bytes, prng));
    assert.deepEqual(bytes, before);
  }));
});

for (const { name } of targets) {
  Deno.test(`${name}: ${ROUNDS} damaged files are refused, left out, or harmless`, async () => {
    const cases = await runFuzz({ format: name, seed: 0, first: 0, end: ROUNDS });
    assert.equal(cases.length, ROUNDS);
    assert.deepEqual(cases.filter(({ outcome }) => isFault(outcome)), []);
  });
}

for (
  const [name, outcome, detail] of [
    ["believes", "wrong", /other data/],
    ["throws", "crashed", /TypeError: x is undefined/],
    ["exits", "crashed", /the process ended with 9/],
    ["hangs", "hung", /no answer in 1 s/],
    ["swells", "swelled", /4\d\d MB more/],
  ] as const
) {
  Deno.test(`a reader that ${name} is found out, and the next round goes on`, async () => {
    const cases = await runFuzz({
      format: name,
      seed: 0,
      first: 3,
      end: name === "hangs" ? 4 : 5,
      ...(name === "hangs" ? { timeLimit: 1000 } : {}),
    });
    assert.deepEqual(cases.map(({ round }) => round), name === "hangs" ? [3] : [3, 4]);
    assert.equal(cases[0]!.outcome, outcome);
    assert.match(cases[0]!.detail, detail);
  });
}
