import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { crc32, inflateSync } from "node:zlib";
import { pngDataUri } from "./_png.ts";

Deno.test("pngDataUri() frames the pixels as the PNG standard says", () => {
  const pixels = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 0); // a red pixel, then a transparent green one
  const uri = pngDataUri(pixels, 1, 2);
  assert.ok(uri.startsWith("data:image/png;base64,"));
  const bytes = Buffer.from(uri.slice(uri.indexOf(",") + 1), "base64");
  assert.equal(bytes.subarray(0, 8).toString("latin1"), "\x89PNG\r\n\x1a\n");
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at), body = bytes.subarray(at + 4, at + 8 + length);
    assert.equal(bytes.readUInt32BE(at + 8 + length), crc32(body));
    chunks[body.toString("latin1", 0, 4)] = body.subarray(4);
    at += 12 + length;
  }
  assert.deepEqual(Object.keys(chunks), ["IHDR", "IDAT", "IEND"]);
  assert.deepEqual([...chunks.IHDR!], [0, 0, 0, 2, 0, 0, 0, 1, 8, 6, 0, 0, 0]); // 2 wide, 1 high, 8-bit RGBA
  assert.deepEqual([...inflateSync(chunks.IDAT!)], [0, ...pixels]); // filter 0, then the row
});
