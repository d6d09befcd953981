import { decodeFlac, decodeWav, integratedLoudness, resample } from "@lacuna/data/audio";
import { writeFlac } from "../data/audio/_write_flac.ts";
import { wavOf16 } from "../data/audio/_write_wav.ts";

/** A tone that swells, with something like noise, so that it is as hard to compress as speech: three seconds at 16 kHz. */
const samples = Array.from(
  { length: 3 * 16000 },
  (_, i) => Math.round(6000 * Math.sin(i * 0.05) * Math.sin(i * 1e-4) + ((i * 7919) % 127)),
);
const wav = wavOf16(samples, 16000);
const flac = writeFlac({ channels: [samples], sampleRate: 16000, blockSize: 4096, coding: "fixed2" });
const sound = Float32Array.from({ length: 3 * 44100 }, (_, i) => Math.sin(i * 0.05));
const channels = [decodeWav(wav).channels[0]!];

Deno.bench("decodeWav, 3 s at 16 kHz", () => void decodeWav(wav));
Deno.bench("decodeFlac, 3 s at 16 kHz", () => void decodeFlac(flac));
Deno.bench(
  "resample, 3 s from 44.1 to 16 kHz",
  { group: "sounds" },
  () => void resample(sound, 44100, 16000),
);
Deno.bench("integratedLoudness, 3 s at 16 kHz", () => {
  integratedLoudness({ sampleRate: 16000, channels });
});
