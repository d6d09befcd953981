import assert from "node:assert/strict";
import { goldenFile, goldenImages } from "./_fixtures.ts";
import { jpegHeader } from "./_jpeg_header.ts";
import { pixelFormat, type TurboJpeg } from "./_turbo_jpeg.ts";
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
        const pixelsBy = (turbo: TurboJpeg) => {
          const pixels = new Uint8Array(size.height * size.width * 3);
          turbo.decompress({ jpeg: file, ...size, channels: 3, format: pixelFormat.rgb, pixels });
          return pixels;
        };
        const [found, expected] = [pixelsBy(wasm), pixelsBy(native!)];
        const furthest = found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
        assert.ok(furthest <= 1, `${name} at 1/${scale}: ${furthest}`); // versions round the colours of 4:2:0 differently
      }
    }
  },
});

Deno.test("a part of a JPEG has the same rows as the whole, in WebAssembly, too", () => {
  const wasm = new TurboWasm();
  const file = goldenFile("tall-2.jpg"); // 80 × 24
  const { heightAt } = jpegHeader(file);
  const rowsOf = (height: number, part?: { at: number; height: number }) => {
    const pixels = new Uint8Array(height * 24 * 3);
    wasm.decompress({
      jpeg: file,
      height,
      width: 24,
      channels: 3,
      format: pixelFormat.rgb,
      pixels,
      ...(part && { part }),
    });
    return pixels.subarray(0, 40 * 24 * 3);
  };
  assert.deepEqual(rowsOf(48, { at: heightAt, height: 48 }), rowsOf(80));
});
