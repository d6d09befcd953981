import { integer, stream } from "@lacuna/random";
import fc from "fast-check";
import assert from "node:assert/strict";
import { Allocator } from "./allocator.ts";

/** Memory that grows without end, in parts that touch. */
function growing(): { grow: (bytes: number) => number; size: () => number } {
  let end = 64; // 0 stands for none
  return {
    grow(bytes) {
      end += bytes;
      return end - bytes;
    },
    size: () => end,
  };
}

Deno.test("Allocator gives places that never overlap, each at a cache line", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const allocator = new Allocator(growing().grow, 4096);
    const prng = stream({ seed, name: "sizes" });
    const held: { start: number; bytes: number }[] = [];
    for (let i = 0; i < 300; i++) {
      if (held.length > 0 && integer(prng, 0, 2) === 0) {
        allocator.give(held.splice(integer(prng, 0, held.length), 1)[0]!.start);
        continue;
      }
      const bytes = integer(prng, 0, 3000);
      const start = allocator.take(bytes);
      assert.equal(start % 64, 0);
      for (const other of held) {
        assert.ok(start + bytes <= other.start || other.start + other.bytes <= start);
      }
      held.push({ start, bytes: Math.max(bytes, 1) });
    }
  }));
});

Deno.test("Allocator joins what comes back: a place for the whole needs no more memory", () => {
  const memory = growing();
  const allocator = new Allocator(memory.grow, 64);
  const starts = Array.from({ length: 100 }, (_, i) => allocator.take(64 * (i % 7 + 1)));
  const size = memory.size();
  for (const i of [...starts.keys()].sort((a, b) => a % 10 - b % 10 || a - b)) allocator.give(starts[i]!);
  assert.equal(allocator.take(size - 64), 64);
  assert.equal(memory.size(), size);
});

Deno.test("Allocator needs no more memory when the same sizes come again", () => {
  const memory = growing();
  const allocator = new Allocator(memory.grow, 4096);
  const prng = stream({ seed: 0, name: "sizes" });
  const sizes = Array.from({ length: 500 }, () => integer(prng, 0, 100_000));
  const round = () => {
    for (const start of sizes.map((bytes) => allocator.take(bytes))) allocator.give(start);
  };
  round();
  const size = memory.size();
  for (let i = 0; i < 20; i++) round();
  assert.equal(memory.size(), size);
});

Deno.test("Allocator asks for less near the end, then says how much was missing", () => {
  let left = 1024;
  const allocator = new Allocator((bytes) => {
    if (bytes > left) return 0;
    left -= bytes;
    return 64;
  }, 4096);
  assert.equal(allocator.take(1000), 64); // 4096 are not to be had
  assert.throws(() => allocator.take(100), {
    name: "RangeError",
    message: /no 128 bytes more.*smaller batches/,
  });
});

Deno.test("Allocator says that there are no places for more than 4 GiB", () => {
  const allocator = new Allocator(growing().grow, 4096);
  for (const bytes of [2 ** 32 - 1, 2 ** 32, 5 * 2 ** 30]) {
    assert.throws(() => allocator.take(bytes), { name: "RangeError", message: /4 GiB.*smaller batches/ });
  }
});
