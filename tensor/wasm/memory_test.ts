import assert from "node:assert/strict";
import { WasmMemory } from "./memory.ts";

const page = 65536; // bytes

/** A memory of one page, which moves whenever it grows. */
function memoryOf(shared: boolean): WasmMemory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4096, shared });
  const grow = (bytes: number) => memory.grow(Math.ceil(bytes / page)) * page;
  return new WasmMemory(memory, grow);
}

for (const shared of [false, true]) {
  const kind = shared ? "shared" : "unshared";

  Deno.test(`values stay where an ${kind} memory grows`, () => {
    const memory = memoryOf(shared);
    const blocks = Array.from({ length: 40 }, (_, i) => {
      const block = memory.take(2 ** 20); // 4 MiB: every fourth makes the memory grow
      block.values.fill(i);
      return block;
    });
    for (const [i, { values }] of blocks.entries()) {
      assert.equal(values.length, 2 ** 20);
      assert.deepEqual([values[0], values.at(-1)], [i, i]);
      assert.ok(memory.owns(values) && !memory.owns(values.slice()));
    }
  });

  Deno.test(`functions see ${kind} arrays at their place, and others by copies that come back`, () => {
    const memory = memoryOf(shared);
    const [inside, larger] = [memory.take(4), memory.take(2 ** 23)];
    inside.values.set([1, 2, 3, 4]);
    const outside = Int32Array.of(5, 6);
    const result = memory.call((place, last, other, count, nothing) => {
      assert.deepEqual([place, last! - place!], [inside.values.byteOffset, 12]);
      assert.deepEqual([count, nothing], [7, 0]);
      const values = new Int32Array(larger.values.buffer, other!, 2); // the same memory
      assert.deepEqual([...values], [5, 6]);
      values[1] = 8;
      return 9;
    }, [inside.values, inside.values.subarray(3), outside, 7, null]);
    assert.equal(result, 9);
    assert.deepEqual([...outside], [5, 8]);
    const again = memory.take(4).values.byteOffset; // the copies' place is free again
    assert.ok(again > inside.values.byteOffset);
  });

  Deno.test(`a call whose copies make an ${kind} memory grow still passes the right places`, () => {
    const memory = memoryOf(shared);
    const inside = memory.take(4);
    inside.values.set([1, 2, 3, 4]);
    const huge = new Uint8Array(40 * 2 ** 20).fill(1);
    memory.call((place, other) => {
      assert.equal(place, inside.values.byteOffset);
      assert.equal(new Uint8Array(inside.values.buffer, other!, huge.length).at(-1), 1);
      return 0;
    }, [inside.values, huge]);
    assert.deepEqual([...inside.values], [1, 2, 3, 4]);
  });
}

Deno.test("views from before a shared memory grew keep their place, and other shared arrays are no views of it", () => {
  const memory = memoryOf(true);
  const { values } = memory.take(4);
  const { byteOffset } = values;
  const other = new Int32Array(new SharedArrayBuffer(8)).fill(3);
  memory.take(2 ** 23);
  memory.call((place, otherPlace) => {
    assert.equal(place, byteOffset);
    assert.equal(new Int32Array(memory.take(1).values.buffer, otherPlace!, 2)[1], 3);
    return 0;
  }, [values, other]);
});

Deno.test("views from before an unshared memory grew are refused", () => {
  const memory = memoryOf(false);
  const { values } = memory.take(4);
  memory.take(2 ** 23);
  assert.throws(() => memory.call(() => 0, [values]), {
    name: "TypeError",
    message: /ask their block again/,
  });
});
