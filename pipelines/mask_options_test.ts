import assert from "node:assert/strict";
import { maskOptions } from "./mask_options.ts";
import { testConfig } from "./_test_config.ts";

Deno.test("maskOptions() counts the patches of an image", () => {
  const config = testConfig("encoder.patchSize=7", "masks.ratio=0.75", "masks.numMasks=2");
  assert.deepEqual(maskOptions(config, { height: 28, width: 14, channels: 1 }), {
    numTokens: 8, // 4 rows of 2
    maskRatio: 0.75,
    numMasks: 2,
    kind: "disjoint",
  });
});
