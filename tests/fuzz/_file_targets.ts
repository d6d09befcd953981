import { decodeAudio } from "@lacuna/data/audio";
import { decodeImage } from "@lacuna/data/images";
import { writeFlac } from "../../data/audio/_write_flac.ts";
import { wavOf16 } from "../../data/audio/_write_wav.ts";
import { goldenFile } from "../../data/images/_fixtures.ts";
import { Digest } from "./_digest.ts";
import type { FuzzTarget } from "./_target.ts";

/** One file that is decoded as a whole. */
function fileTarget(
  name: string,
  isChecked: boolean,
  file: Uint8Array,
  decode: (bytes: Uint8Array<ArrayBuffer>, digest: Digest) => void,
): FuzzTarget {
  return {
    name,
    isChecked,
    make: async (folder) => {
      await Deno.writeFile(`${folder}/file`, file);
      return ["file"];
    },
    read: async (folder) => {
      const digest = new Digest();
      decode(await Deno.readFile(`${folder}/file`), digest);
      return { digest: digest.hex(), numDropped: 0 };
    },
  };
}

function image(bytes: Uint8Array, digest: Digest): void {
  const { height, width, pixels } = decodeImage(bytes);
  digest.add(`${height} ${width}`);
  digest.add(pixels);
}

function sound(bytes: Uint8Array, digest: Digest): void {
  digest.add(decodeAudio(bytes).sampleRate);
  samples(bytes, digest);
}

function samples(bytes: Uint8Array, digest: Digest): void {
  for (const channel of decodeAudio(bytes).channels) digest.add(channel);
}

const tone = Array.from({ length: 200 }, (_, i) => Math.round(9000 * Math.sin(i / 3)));

/** Images and sounds. A PNG has a checksum over each chunk, FLAC over each frame and over all samples, but not over their rate. */
export const fileTargets: readonly FuzzTarget[] = [
  fileTarget("png", true, goldenFile("palette-8.png"), image),
  fileTarget("jpeg", false, goldenFile("baseline-2.jpg"), image),
  fileTarget("jpeg-progressive", false, goldenFile("progressive-1.jpg"), image),
  fileTarget("webp", false, goldenFile("lossy-alpha.webp"), image),
  fileTarget("webp-lossless", false, goldenFile("lossless.webp"), image),
  fileTarget("gif", false, goldenFile("animated.gif"), image),
  fileTarget("wav", false, wavOf16(tone, 8000), sound),
  fileTarget("flac", true, writeFlac({ channels: [tone, tone.toReversed()], coding: "fixed2" }), samples),
];
