import { HeaderBytes, type JpegHeader, requirePixels } from "./_header.ts";
import { ImageError } from "./image_error.ts";

const [SOI, EOI, SOS, DHT, JPG, DAC, APP1, APP14] = [0xd8, 0xd9, 0xda, 0xc4, 0xc8, 0xcc, 0xe1, 0xee];

/** The frame header and the segments before it (ITU-T T.81, annex B). */
export function jpegHeader(bytes: Uint8Array): JpegHeader {
  const header = new HeaderBytes(bytes, "JPEG");
  let [orientation, adobe] = [1, false];
  for (let at = nextMarker(header, 2);;) {
    const marker = header.uint(at, 1);
    if (marker === EOI || marker === SOS || marker === SOI) {
      throw new ImageError("header", `the JPEG file has no frame before its marker ${marker.toString(16)}`);
    }
    const body = at + 3; // after the marker and two bytes of length
    if (isFrame(marker)) return { ...frame(header, marker, body), orientation, adobe };
    if (marker === APP1) {
      orientation = exifOrientation(header, body, header.uint(at + 1, 2) - 2) ?? orientation;
    }
    if (marker === APP14 && header.text(body, 5) === "Adobe") adobe = true;
    at = nextMarker(header, at + 1 + Math.max(2, header.uint(at + 1, 2)));
  }
}

/** Where the next marker's code is: after 0xff, and neither 0 nor 0xff. Bytes between segments are passed over, as libjpeg does. */
function nextMarker(header: HeaderBytes, from: number): number {
  for (let at = from + 1;; at++) {
    const code = header.uint(at, 1);
    if (code !== 0 && code !== 0xff && header.uint(at - 1, 1) === 0xff) return at;
  }
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== JPG && marker !== DAC;
}

function frame(header: HeaderBytes, marker: number, at: number): Omit<JpegHeader, "orientation" | "adobe"> {
  const [bits, height, width] = [header.uint(at, 1), header.uint(at + 1, 2), header.uint(at + 3, 2)];
  const numComponents = header.uint(at + 5, 1);
  requirePixels("JPEG", height, width);
  if (marker > 0xc2 || bits !== 8) { // lossless, hierarchical or arithmetic
    const kind = `a frame of type ${marker - 0xc0} with ${bits} bits`;
    throw new ImageError(
      "supported",
      `the JPEG file has ${kind}; baseline and progressive with 8 bits are decoded`,
    );
  }
  if (numComponents !== 1 && numComponents !== 3 && numComponents !== 4) {
    throw new ImageError("supported", `the JPEG file has ${numComponents} components, not 1, 3 or 4`);
  }
  return {
    format: "jpeg",
    height,
    width,
    channels: numComponents === 1 ? 1 : 3,
    components: numComponents,
    heightAt: at + 1,
    progressive: marker === 0xc2,
  };
}

/** Tag 0x0112 of the first directory (EXIF 2.3, §4.6); nothing if it is not there or makes no sense: a photo is not lost by that. */
function exifOrientation(header: HeaderBytes, at: number, length: number): number | undefined {
  if (length < 16 || at + length > header.length || header.text(at, 6) !== "Exif\0\0") return undefined;
  const [tiff, end] = [at + 6, at + length];
  const order = header.text(tiff, 2);
  if (order !== "II" && order !== "MM") return undefined;
  const uint = (offset: number, numBytes: 2 | 4): number =>
    offset + numBytes <= end ? header.uint(offset, numBytes, order === "II") : 0;
  const directory = tiff + uint(tiff + 4, 4);
  const numEntries = uint(directory, 2);
  for (let entry = directory + 2; entry < Math.min(end, directory + 2 + 12 * numEntries); entry += 12) {
    if (uint(entry, 2) !== 0x0112) continue;
    const value = uint(entry + 8, 2);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}
