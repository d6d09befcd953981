import assert from "node:assert/strict";
import { parseProtocols } from "./protocols.ts";

Deno.test("parseProtocols() gives what is not there anyway, once and in the table's order", () => {
  assert.deepEqual(parseProtocols("knn,linear"), []);
  assert.deepEqual(parseProtocols("rank,finetune, knn,ridge,ridge"), ["ridge", "finetune", "rank"]);
});

Deno.test("parseProtocols() names the nearest", () => {
  assert.throws(() => parseProtocols("knn,atentive"), {
    name: "RangeError",
    message: 'There is no protocol "atentive": did you mean attentive?',
  });
});
