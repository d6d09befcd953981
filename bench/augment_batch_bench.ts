import { type Augmentation, augmentBatch, type ImageSet } from "@lacuna/data";
import { stream, uniforms } from "@lacuna/random";

const augmentation: Augmentation = {
  crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
  flipProbability: 0.5,
  jitter: { strength: 0.4, probability: 0.8 },
};
const samples = Int32Array.from({ length: 64 }, (_, i) => i);

for (const [height, width, channels] of [[28, 28, 1], [32, 32, 3]] as const) {
  const pixels = uniforms(64 * height * width * channels, stream({ seed: 0, name: "pixels" }));
  const set: ImageSet = {
    name: "noise",
    height,
    width,
    channels,
    numClasses: 1,
    classNames: ["noise"],
    size: 64,
    images: Uint8Array.from(pixels, (u) => 256 * u),
    labels: new Int32Array(64),
    mean: Array(channels).fill(0.5),
    std: Array(channels).fill(0.29),
    contentHash: "",
  };
  Deno.bench(`augmentBatch 64 images of ${height}×${width}×${channels}`, { group: "augmentBatch" }, () => {
    augmentBatch(set, samples, augmentation, { seed: 0, epoch: 0 });
  });
}
