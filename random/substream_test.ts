import assert from "node:assert/strict";
import { stream } from "./stream.ts";
import { substream } from "./substream.ts";

Deno.test("substream() is the stream whose name is the path to it", () => {
  const address = { seed: 5, epoch: 1, sample: 2, step: 3 };
  assert.deepEqual(
    substream(substream(stream({ ...address, name: "init" }), "blocks"), "0"),
    stream({ ...address, name: "init/blocks/0" }),
  );
});
