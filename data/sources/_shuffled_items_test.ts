import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { shuffledItems, shuffledList } from "./_shuffled_items.ts";

Deno.test("shuffledItems() sorts by the SHA-256 of the keys, and leaves equal keys as they are", () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 3 })), (keys) => {
    const items = keys.map((key, index) => ({ key, index }));
    const hash = (key: string) => createHash("sha256").update(key).digest("hex");
    const expected = items.toSorted((a, b) =>
      hash(a.key) === hash(b.key) ? a.index - b.index : hash(a.key) < hash(b.key) ? -1 : 1
    );
    assert.deepEqual(shuffledItems(items, ({ key }) => key), expected);
  }));
});

Deno.test("shuffledList() gives the same order however few items it may hold", async () => {
  const paths = Array.from({ length: 100 }, (_, i) => `class${Math.floor(i / 10)}/${i}.png`);
  const whole = shuffledItems(paths, (path) => path);
  assert.notDeepEqual(whole, paths);
  let walks = 0;
  async function* list(): AsyncGenerator<string> {
    walks++;
    yield* paths;
  }
  for (const held of [1, 7, 99, 100, 1000]) {
    walks = 0;
    assert.deepEqual(await Array.fromAsync(shuffledList(list, 100, (path) => path, held)), whole);
    assert.equal(walks, Math.ceil(100 / held));
  }
});

Deno.test("shuffledItems() mixes classes as a fair shuffle does", () => {
  const classes = shuffledItems(
    Array.from({ length: 10_000 }, (_, i) => `${Math.floor(i / 1000)}/${i}`),
    (path) => path,
  ).map((path) => Number(path[0]));
  for (let first = 0; first < 10_000; first += 1000) { // 100 ± 9.5 of each class expected: 5 deviations
    const counts = Array.from({ length: 10 }, () => 0);
    for (const label of classes.slice(first, first + 1000)) counts[label]!++;
    for (const count of counts) assert.ok(Math.abs(count - 100) < 48, `${counts}`);
  }
});
