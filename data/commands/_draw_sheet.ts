import type { Split } from "../shards/open_dataset.ts";
import { Canvas, type Colour, LINE_HEIGHT } from "./_canvas.ts";
import { count, formatDuration, numbered } from "./_describe.ts";
import { fitText, FONT_HEIGHT, textWidth } from "./_font.ts";
import { className, hasClasses, labelColumn, type Sample, type SampleGroup } from "./_samples.ts";
import { captionOf, type Envelope, shownColumn, type View, viewOf } from "./_view.ts";

const paper: Colour = [251, 250, 248];
const card: Colour = [255, 255, 255];
const ink: Colour = [34, 38, 43];
const soft: Colour = [100, 107, 116];
const rule: Colour = [227, 225, 220];
const accent: Colour = [34, 104, 143];
const wrong: Colour = [179, 64, 58];

const MARGIN = 24;
const GAP = 8;
const TITLE_SCALE = 3;
const MAX_WIDTH = 1360; // of the tiles of a line
const MIN_SIDE = 84; // of a tile
const MAX_SIDE = 128;
const LABEL_SCALE = 2;
const LABEL_WIDTH = 200; // at most, of the names of classes beside their rows

/** How large a tile is. */
type Tile = { readonly height: number; readonly width: number; readonly caption: boolean };

/**
 * A picture of samples: a row for each class, or a grid with captions where the samples are of all classes.
 * @param title Of the sheet.
 * @param groups Samples of the split, as `collectSamples()` gives them.
 */
export function drawSheet(title: string, split: Split, groups: readonly SampleGroup[]): Canvas {
  const tile = tileOf(split, groups);
  const byClass = groups[0]!.className !== undefined;
  const numColumns = columnsOf(groups, tile);
  const linesOf = ({ samples }: SampleGroup) => byClass ? 1 : Math.ceil(samples.length / numColumns);
  const labelWidth = byClass
    ? Math.min(LABEL_WIDTH, LABEL_SCALE * Math.max(...groups.map((group) => textWidth(group.className!)))) +
      2 * GAP
    : 0;
  const stepX = tile.width + GAP, stepY = tile.height + GAP + (tile.caption ? LINE_HEIGHT + GAP : 0);
  const numLines = groups.reduce((sum, group) => sum + linesOf(group), 0);
  const top = MARGIN + TITLE_SCALE * FONT_HEIGHT + GAP + LINE_HEIGHT + 2 * GAP;
  const subtitle = `${split.name}: ${numbered(split.numRows, "row")}`;
  const width = 2 * MARGIN - GAP + Math.max(
    labelWidth + numColumns * stepX,
    TITLE_SCALE * textWidth(title) + GAP,
  );
  const canvas = new Canvas(top + numLines * stepY - GAP + MARGIN, width, paper);
  canvas.write(title, MARGIN, MARGIN, ink, TITLE_SCALE);
  canvas.write(subtitle, MARGIN + TITLE_SCALE * FONT_HEIGHT + GAP, MARGIN, soft);
  let y = top;
  for (const group of groups) {
    if (byClass) writeGroup(canvas, group, y, tile, labelWidth);
    group.samples.slice(0, linesOf(group) * numColumns).forEach((sample, i) => {
      const x = MARGIN + labelWidth + (i % numColumns) * stepX;
      drawTile(canvas, split, sample, y + Math.floor(i / numColumns) * stepY, x, tile, byClass);
    });
    y += linesOf(group) * stepY;
  }
  return canvas;
}

function writeGroup(canvas: Canvas, group: SampleGroup, y: number, tile: Tile, labelWidth: number): void {
  const top = y + Math.floor((tile.height - (LABEL_SCALE + 1) * LINE_HEIGHT) / 2);
  const name = fitText(group.className!, Math.floor((labelWidth - GAP) / LABEL_SCALE));
  canvas.write(name, top, MARGIN, ink, LABEL_SCALE);
  canvas.write(count(group.numRows), top + LABEL_SCALE * LINE_HEIGHT, MARGIN, soft);
}

/** Pictures of one size get a tile that a whole factor of it fits into exactly. */
function tileOf(split: Split, groups: readonly SampleGroup[]): Tile {
  const column = shownColumn(split.columns);
  const hasText = split.columns.some(({ kind, name }) => kind === "text" && name !== column.name);
  const caption = hasText || (groups[0]!.className === undefined && hasClasses(split));
  if (column.kind === "waveform" || column.kind === "encodedAudio") {
    return { height: 64, width: 200, caption: true };
  }
  if (column.kind === "image") {
    const longest = Math.max(column.shape[0], column.shape[1]);
    const scale = longest >= MIN_SIDE ? Math.min(1, MAX_SIDE / longest) : Math.ceil(MIN_SIDE / longest);
    return {
      height: Math.round(column.shape[0] * scale),
      width: Math.round(column.shape[1] * scale),
      caption,
    };
  }
  if (column.kind === "encodedImage") return { height: 112, width: 112, caption };
  return { height: 8 * LINE_HEIGHT, width: 300, caption };
}

function columnsOf(groups: readonly SampleGroup[], tile: Tile): number {
  const most = Math.max(...groups.map(({ samples }) => samples.length));
  return Math.max(1, Math.min(most, Math.floor(MAX_WIDTH / (tile.width + GAP))));
}

function drawTile(
  canvas: Canvas,
  split: Split,
  { row }: Sample,
  top: number,
  left: number,
  tile: Tile,
  byClass: boolean,
): void {
  const shown = shownColumn(split.columns), label = labelColumn(split);
  const view = viewOf(row, shown);
  drawView(canvas, view, top, left, tile);
  if (!tile.caption) return;
  const parts = [
    ...(byClass || label === undefined || label === shown || !hasClasses(split)
      ? []
      : [className(label, row[label.name] as number)]),
    ...(view.kind === "sound" ? [formatDuration(view.seconds)] : []),
    captionOf(row, split.columns, shown) ?? "",
  ];
  const text = parts.filter((part) => part !== "").join(" · ").replaceAll(/\s+/g, " ");
  canvas.write(fitText(text, tile.width), top + tile.height + GAP / 2, left, soft);
}

function drawView(canvas: Canvas, view: View, top: number, left: number, { height, width }: Tile): void {
  if (view.kind === "picture") return canvas.draw(view.picture, top, left, height, width);
  canvas.fill(top, left, height, width, rule);
  canvas.fill(top + 1, left + 1, height - 2, width - 2, card);
  if (view.kind === "sound") {
    return drawEnvelope(canvas, view.envelope, top + 1, left + 4, height - 2, width - 8);
  }
  const text = view.kind === "text" ? view.text : `damaged: ${view.reason}`;
  const lines = wrap(text, width - 2 * GAP, Math.floor((height - GAP) / LINE_HEIGHT));
  lines.forEach((line, i) => {
    canvas.write(line, top + GAP + i * LINE_HEIGHT, left + GAP, view.kind === "text" ? ink : wrong);
  });
}

function drawEnvelope(
  canvas: Canvas,
  { low, high }: Envelope,
  top: number,
  left: number,
  height: number,
  width: number,
) {
  const middle = top + Math.floor(height / 2), half = Math.floor(height / 2) - 3;
  const loudest = Math.max(1e-9, ...high, ...low.map((value) => -value)),
    scale = half / Math.max(0.1, loudest);
  for (let x = 0; x < width; x++) {
    const part = Math.floor(x * low.length / width);
    const up = Math.round(high[part]! * scale), down = Math.round(-low[part]! * scale);
    canvas.fill(middle - up, left + x, up + down + 1, 1, accent);
  }
}

/** Lines of whole words, the last with an ellipsis if there is more. */
function wrap(text: string, width: number, maxLines: number): string[] {
  const words = text.slice(0, 2000).split(/\s+/).filter((word) => word !== "");
  const lines: string[] = [];
  let line = "";
  for (const [i, word] of words.entries()) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (lines.length === maxLines - 1) {
      line = fitText(`${line} ${words.slice(i).join(" ").slice(0, 200)}`, width);
      break;
    }
    if (line !== "") lines.push(line);
    line = fitText(word, width);
  }
  return line === "" ? lines : [...lines, line];
}
