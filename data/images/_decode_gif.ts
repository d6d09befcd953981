import { type GifHeader, HeaderBytes } from "./_header.ts";
import { lzwDecode } from "./_lzw_decode.ts";
import type { RawImage } from "./_raw_image.ts";
import { ImageError } from "./image_error.ts";

/** Where a GIF's first image lies in the file, and how it is drawn. */
type Frame = {
  /** Of its image descriptor, after the separator. */
  readonly at: number;
  /** The index that is not drawn. */
  readonly transparent: number | undefined;
};

/** The first image of a GIF file on its screen; what it does not cover is transparent (GIF89a). */
export function decodeGif(bytes: Uint8Array, screen: GifHeader): RawImage {
  const file = new HeaderBytes(bytes, "GIF");
  const { at, transparent } = firstFrame(file);
  const [left, top, width, height] = [0, 2, 4, 6].map((offset) => file.uint(at + offset, 2, true)) as [
    number,
    number,
    number,
    number,
  ];
  if (left + width > screen.width || top + height > screen.height) {
    const place = `${height} × ${width} pixels at row ${top} and column ${left}`;
    throw new ImageError(
      "header",
      `the GIF file's image, ${place}, leaves its screen of ${screen.height} × ${screen.width}`,
    );
  }
  const packed = file.uint(at + 8, 1);
  const [ownTable, screenPacked] = [tableBytes(packed), file.uint(10, 1)];
  const tableAt = ownTable > 0 ? at + 9 : 13;
  const numColors = (ownTable > 0 ? ownTable : tableBytes(screenPacked)) / 3;
  const codesAt = at + 9 + ownTable;
  const indices = lzwDecode(subBlocks(file, bytes, codesAt + 1), file.uint(codesAt, 1), height * width);
  const colors = colorTable(bytes.subarray(tableAt, tableAt + 3 * numColors), transparent);
  return draw(screen, { left, top, width, height, interlaced: (packed & 0x40) !== 0 }, indices, colors);
}

/** [K, 4] the colours with alpha. */
function colorTable(table: Uint8Array, transparent: number | undefined): Uint8Array {
  const colors = new Uint8Array(table.length / 3 * 4).fill(255);
  for (let index = 0; index < table.length / 3; index++) {
    if (index === transparent) colors.fill(0, 4 * index, 4 * index + 4);
    else colors.set(table.subarray(3 * index, 3 * index + 3), 4 * index);
  }
  return colors;
}

/** Bytes of the colour table that a packed field announces. */
function tableBytes(packed: number): number {
  return (packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1);
}

function firstFrame(file: HeaderBytes): Frame {
  let transparent: number | undefined;
  for (let at = 13 + tableBytes(file.uint(10, 1));;) {
    const block = file.uint(at, 1);
    if (block === 0x2c) return { at: at + 1, transparent };
    if (block !== 0x21) {
      const what = block === 0x3b ? "ends" : `has a block ${block} at byte ${at}`;
      throw new ImageError("data", `the GIF file ${what} before its first image`);
    }
    if (file.uint(at + 1, 1) === 0xf9 && (file.uint(at + 3, 1) & 1) !== 0) transparent = file.uint(at + 6, 1);
    at += 2;
    while (file.uint(at, 1) !== 0) at += 1 + file.uint(at, 1);
    at++;
  }
}

/** Data that stand in blocks of at most 255 bytes, each behind its length, joined as far as the file goes. */
function subBlocks(file: HeaderBytes, bytes: Uint8Array, from: number): Uint8Array {
  const joined = new Uint8Array(Math.max(0, bytes.length - from));
  let length = 0;
  for (let at = from; at < bytes.length && file.uint(at, 1) !== 0; at += 1 + file.uint(at, 1)) {
    const block = bytes.subarray(at + 1, at + 1 + file.uint(at, 1));
    joined.set(block, length);
    length += block.length;
  }
  return joined.subarray(0, length);
}

/** Where an image lies on the screen. */
type Place = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
};

function draw(
  { height, width }: GifHeader,
  place: Place,
  indices: Uint8Array,
  colors: Uint8Array,
): RawImage {
  const pixels = new Uint8Array(height * width * 4); // transparent
  let at = 0;
  for (const row of rowOrder(place.height, place.interlaced)) {
    let to = ((place.top + row) * width + place.left) * 4;
    for (let column = 0; column < place.width; column++) {
      const from = indices[at++]! * 4;
      if (from >= colors.length) {
        throw new ImageError(
          "data",
          `the GIF file uses color ${from / 4} of a palette of ${colors.length / 4}`,
        );
      }
      for (let c = 0; c < 4; c++) pixels[to++] = colors[from + c]!;
    }
  }
  return { height, width, channels: 4, pixels };
}

/** Rows in the order in which they are stored (GIF89a, appendix E). */
function rowOrder(height: number, interlaced: boolean): readonly number[] {
  const passes = interlaced ? [[0, 8], [4, 8], [2, 4], [1, 2]] as const : [[0, 1]] as const;
  return passes.flatMap(([first, step]) =>
    Array.from({ length: Math.max(0, Math.ceil((height - first) / step)) }, (_, i) => first + i * step)
  );
}
