import { multiMaskBatch } from "@lacuna/masking";
import { stream } from "@lacuna/random";

const prngs = Array.from({ length: 64 }, (_, sample) => stream({ seed: 0, name: "mask", sample }));

for (const kind of ["disjoint", "independent"] as const) {
  Deno.bench(`multiMaskBatch ${kind} 4 × 75 % of 64 tokens, 64 images`, { group: "multiMaskBatch" }, () => {
    multiMaskBatch({ numTokens: 64, maskRatio: 0.75, numMasks: 4, kind }, prngs);
  });
}
