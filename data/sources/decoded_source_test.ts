import assert from "node:assert/strict";
import { wavOf16 } from "../audio/_write_wav.ts";
import { encodePng } from "../images/encode_png.ts";
import { SourceError } from "../source_error.ts";
import { decodedSource } from "./decoded_source.ts";
import type { Source } from "./source.ts";

const png = encodePng({ height: 2, width: 4, channels: 1, pixels: Uint8Array.of(9, 1, 2, 9, 9, 3, 4, 9) });
const wav = wavOf16([0, 16384, -32768], 8000); // of 32768
const rows = [{ image: png, sound: wav, text: "a" }, { image: png.subarray(0, 40), sound: wav, text: "b" }];
const source: Source = {
  name: "files",
  source: "a test",
  licence: "MIT",
  columns: [
    { name: "image", kind: "encodedImage" },
    { name: "sound", kind: "encodedAudio" },
    { name: "text", kind: "text" },
  ],
  splits: {
    train: {
      items: async function* (from) {
        for (const row of rows.slice(from)) yield { row };
      },
    },
  },
};

Deno.test("decodedSource() decodes what it is told to, and leaves out what cannot be", async () => {
  const { columns, splits } = decodedSource(source, { size: 2, channels: 1, sampleRate: 8000 });
  assert.deepEqual(columns, [
    { name: "image", kind: "image", shape: [2, 2, 1] },
    { name: "sound", kind: "waveform", sampleRate: 8000 },
    { name: "text", kind: "text" },
  ]);
  const [first, second] = await Array.fromAsync(splits["train"]!.items(0));
  assert.deepEqual(first, {
    row: { image: Uint8Array.of(1, 2, 3, 4), sound: Float32Array.of(0, 0.5, -1), text: "a" },
  });
  assert.ok("dropped" in second! && second.dropped === "cannot be decoded");
  assert.match(second.detail, /^item 1, image: .*the PNG file ends/);
  assert.deepEqual(await Array.fromAsync(splits["train"]!.items(1)), [second]);
  assert.equal(decodedSource(source, { size: 2 }).columns[1]!.kind, "encodedAudio");
});

Deno.test("decodedSource() refuses options that are about nothing", () => {
  const text = { ...source, columns: source.columns.slice(2) };
  assert.throws(() => decodedSource(text, { size: 2 }), (error: unknown) => {
    assert.ok(error instanceof SourceError);
    assert.equal(error.message, "files has no files of images to decode: its columns are text (text)");
    return true;
  });
});
