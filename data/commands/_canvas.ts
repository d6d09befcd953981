import { FONT_HEIGHT, glyph } from "./_font.ts";

/** Red, green, blue, each 0…255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Pixels of a picture: [H, W, C], C of 1 (grey), 2 (grey, alpha), 3 (colour), 4 (colour, alpha) or more, of which three are shown. */
export type Pixels = {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pixels: Uint8Array;
};

/** A picture that is drawn on. */
export class Canvas {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array<ArrayBuffer>; // [H, W, 3]

  /** All of one colour. */
  constructor(height: number, width: number, colour: Colour) {
    this.height = height;
    this.width = width;
    this.pixels = new Uint8Array(height * width * 3);
    this.fill(0, 0, height, width, colour);
  }

  /** A rectangle of one colour; what lies outside the canvas is left away. */
  fill(top: number, left: number, height: number, width: number, colour: Colour): void {
    const right = Math.min(this.width, left + width);
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      for (let x = Math.max(0, left); x < right; x++) this.pixels.set(colour, (y * this.width + x) * 3);
    }
  }

  /** Text whose capitals begin at `top`, each pixel of the letters a square of `scale` × `scale`. */
  write(text: string, top: number, left: number, colour: Colour, scale = 1): void {
    let x = left;
    for (const letter of text) {
      const rows = glyph(letter);
      rows.forEach((row, i) =>
        [...row].forEach((sign, j) => {
          if (sign === "#") this.fill(top + i * scale, x + j * scale, scale, scale, colour);
        })
      );
      x += (rows[0]!.length + 1) * scale;
    }
  }

  /** A picture as large as it can be in the middle of a frame; small ones grow by whole factors, so that pixels stay square. */
  draw(picture: Pixels, top: number, left: number, frameHeight: number, frameWidth: number): void {
    const { height, width } = fitInto(picture, frameHeight, frameWidth);
    const y0 = top + Math.floor((frameHeight - height) / 2), x0 = left + Math.floor((frameWidth - width) / 2);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = ((y0 + y) * this.width + x0 + x) * 3;
        blend(this.pixels, at, meanOver(picture, y / height, (y + 1) / height, x / width, (x + 1) / width));
      }
    }
  }
}

/** Pixels that a line of text takes, with the space below it. */
export const LINE_HEIGHT: number = FONT_HEIGHT + 3;

function fitInto(
  { height, width }: Pixels,
  frameHeight: number,
  frameWidth: number,
): { height: number; width: number } {
  const scale = Math.min(frameHeight / height, frameWidth / width);
  const used = scale >= 1 ? Math.floor(scale) : scale;
  return { height: Math.max(1, Math.round(height * used)), width: Math.max(1, Math.round(width * used)) };
}

/** Mean colour and alpha, each 0…255, of a part of a picture given in shares of its sides. */
function meanOver(picture: Pixels, top: number, bottom: number, left: number, right: number): number[] {
  const { height, width, channels, pixels } = picture;
  const hasAlpha = channels === 2 || channels === 4;
  const y0 = Math.floor(top * height + 1e-6), y1 = Math.max(y0 + 1, Math.floor(bottom * height + 1e-6));
  const x0 = Math.floor(left * width + 1e-6), x1 = Math.max(x0 + 1, Math.floor(right * width + 1e-6));
  const sum = [0, 0, 0, 0];
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const at = (y * width + x) * channels;
      const alpha = hasAlpha ? pixels[at + channels - 1]! / 255 : 1;
      for (let c = 0; c < 3; c++) sum[c]! += alpha * pixels[at + (channels < 3 ? 0 : c)]!;
      sum[3]! += alpha;
    }
  }
  const count = (y1 - y0) * (x1 - x0), weight = sum[3]! || 1;
  return [sum[0]! / weight, sum[1]! / weight, sum[2]! / weight, sum[3]! / count];
}

function blend(pixels: Uint8Array, at: number, [red, green, blue, alpha]: number[]): void {
  for (const [c, value] of [red!, green!, blue!].entries()) {
    pixels[at + c] = Math.round(alpha! * value + (1 - alpha!) * pixels[at + c]!);
  }
}
