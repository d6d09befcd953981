import assert from "node:assert/strict";
import { goldenImages } from "./_fixtures.ts";
import { jpegHeader } from "./_jpeg_header.ts";
import { pixelFormat } from "./_turbo_jpeg.ts";
import { openTurboNative } from "./_turbo_native.ts";
import { TurboWasm } from "./_turbo_wasm.ts";
import { jpegDecoder } from "./jpeg_decoder.ts";

const native = openTurboNative();

Deno.test("jpegDecoder() says which one decodes here", () => {
  assert.match(jpegDecoder(), native === undefined ? /WebAssembly$/ : /^libjpeg-turbo at \//);
});

Deno.test({
  name: "the system's JPEG decoder and the one in WebAssembly agree to a step of 255",
  ignore: native === undefined,
  fn() {
    const wasm = new TurboWasm();
    for (const { name, file } of goldenImages) {
      if (!name.endsWith(".jpg") || name === "cmyk.jpg") continue;
      const { height, width } = jpegHeader(file);
      for (const scale of [1, 2, 4, 8]) {
        const size = { height: Math.ceil(height / scale), width: Math.ceil(width / scale) };
        const decompression = { jpeg: file, ...size, channels: 3, format: pixelFormat.rgb };
        const [found, expected] = [wasm.decompress(decompression), native!.decompress(decompression)];
        const furthest = found.pixels.reduce(
          (most, value, i) => Math.max(most, Math.abs(value - expected.pixels[i]!)),
          0,
        );
        assert.ok(furthest <= 1, `${name} at 1/${scale}: ${furthest}`); // versions round the colours of 4:2:0 differently
      }
    }
  },
});
