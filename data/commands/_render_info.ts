import { Buffer } from "node:buffer";
import { encodePng } from "../images/encode_png.ts";
import { type Html, html } from "../page/html.ts";
import { renderPage } from "../page/render_page.ts";
import type { LabelColumn } from "../shards/column.ts";
import type { ClassStatistics, Manifest } from "../shards/manifest.ts";
import type { Split } from "../shards/open_dataset.ts";
import { formatBytes } from "../terminal/format_bytes.ts";
import { Canvas, type Pixels } from "./_canvas.ts";
import {
  count,
  describeColumn,
  describeDropped,
  describeStatistics,
  formatDuration,
  numbered,
  totalBytes,
  totalRows,
} from "./_describe.ts";
import infoStyle from "./_info_style.css" with { type: "text" };
import { className, hasClasses, labelColumn, type Sample, type SampleGroup } from "./_samples.ts";
import { captionOf, type Envelope, shownColumn, type View, viewOf } from "./_view.ts";

/** A split and rows of it to look at. */
export type ShownSplit = { readonly split: Split; readonly groups: readonly SampleGroup[] };

const MAX_SIDE = 192; // of the pictures in the page
const MAX_TEXT = 600; // letters
const MAX_CLASSES = 60; // with a bar of their own

/** A page about a data set: what it is, how its classes are filled, and what its rows look like. */
export function renderInfo(manifest: Manifest, folder: string, shown: readonly ShownSplit[]): string {
  const content = html`
    <header>
      <h1>${manifest.name}</h1>
      <p class="soft">${manifest.source}</p>
    </header>
    ${factCards(manifest)}
    ${shown.map(({ split, groups }) => sampleSection(split, groups))}
    ${classSection(manifest)}
    ${columnSection(manifest)}
    ${fileSection(manifest, folder)}
  `;
  return renderPage(manifest.name, content, { styles: [infoStyle] });
}

function factCards(manifest: Manifest): Html {
  const classes = manifest.columns.filter((column): column is LabelColumn => column.kind === "label");
  const facts = [
    [count(totalRows(manifest)), "rows"],
    ...Object.entries(manifest.splits).map(([name, { rows }]) => [count(rows), name]),
    ...classes.map(({ name, classNames: { length } }) => [
      count(length),
      (length === 1 ? "class" : "classes") + (name === "label" ? "" : ` of ${name}`),
    ]),
    [
      formatBytes(totalBytes(manifest)),
      manifest.compression === "none" ? "in Arrow files" : "in Arrow files, compressed",
    ],
  ];
  return html`<div class="facts">${
    facts.map(([value, name]) =>
      html`<div class="card fact"><b>${value!}</b><span class="soft small">${name!}</span></div>`
    )
  }</div>`;
}

function sampleSection(split: Split, groups: readonly SampleGroup[]): Html {
  const column = shownColumn(split.columns);
  const byClass = groups[0]!.className !== undefined;
  const intro = byClass
    ? "A row of samples for each class, taken from all over the split; below the name, how many rows the class has."
    : "Samples from all over the split.";
  const side = `--side: ${sideOf(split, byClass ? 96 : 150)}; --ratio: ${ratioOf(split)}`;
  const tiles = (samples: readonly Sample[]) => samples.map((sample) => figure(split, sample, byClass));
  const body = byClass
    ? html`<div class="card classes">${
      groups.map((group) =>
        html`
          <div><b>${group.className!}</b><br><span class="soft small">${count(group.numRows)}</span></div>
          <div class="row" style="${side}">${tiles(group.samples)}</div>
        `
      )
    }</div>`
    : html`<div class="card tiles" style="${side}">${tiles(groups[0]!.samples)}</div>`;
  return html`
    <section>
      <h2>What is in ${split.name}</h2>
      <p class="soft">${intro} Column <code>${column.name}</code>.</p>
      <div class="stack">${body}</div>
    </section>
  `;
}

/** Width of a tile in the page. */
function sideOf(split: Split, pictures: number): string {
  const { kind } = shownColumn(split.columns);
  if (kind === "waveform" || kind === "encodedAudio") return "200px";
  return kind === "image" || kind === "encodedImage" ? `${pictures}px` : "280px";
}

/** Width by height of a picture's frame: that of all pictures where they are of one size, a square otherwise. */
function ratioOf(split: Split): string {
  const column = shownColumn(split.columns);
  return column.kind === "image" ? `${column.shape[1]} / ${column.shape[0]}` : "1";
}

function figure(split: Split, { row, index }: Sample, byClass: boolean): Html {
  const shown = shownColumn(split.columns), label = labelColumn(split);
  const view = viewOf(row, shown);
  const caption = [
    ...(byClass || label === undefined || label === shown || !hasClasses(split)
      ? []
      : [className(label, row[label.name] as number)]),
    ...(view.kind === "sound" ? [formatDuration(view.seconds)] : []),
    shortened(captionOf(row, split.columns, shown) ?? "", 120),
  ].filter((part) => part !== "").join(" · ");
  return html`<figure class="tile" title="row ${index}${caption === "" ? "" : `: ${caption}`}">${
    showView(view)
  }${caption === "" ? "" : html`<figcaption>${caption}</figcaption>`}</figure>`;
}

function showView(view: View): Html {
  switch (view.kind) {
    case "picture": {
      const { height, width } = view.picture;
      const role = Math.max(height, width) < 96 ? "pixels" : "";
      return html`<img alt="" class="${role}" src="${pngUri(thumbnail(view.picture))}">`;
    }
    case "sound":
      return waveform(view.envelope);
    case "text":
      return html`<blockquote>${shortened(view.text.trimStart(), MAX_TEXT)}</blockquote>`;
    case "damaged":
      return html`<blockquote class="damaged">${view.reason}</blockquote>`;
  }
}

/** A picture no larger than the page shows it. */
function thumbnail(picture: Pixels): Pixels {
  const { height, width, channels } = picture;
  const scale = MAX_SIDE / Math.max(height, width);
  if (scale >= 1 && [1, 3, 4].includes(channels)) return picture;
  const size = [height, width].map((side) => Math.max(1, Math.round(side * Math.min(1, scale))));
  const canvas = new Canvas(size[0]!, size[1]!, [255, 255, 255]);
  canvas.draw(picture, 0, 0, canvas.height, canvas.width);
  return { height: canvas.height, width: canvas.width, channels: 3, pixels: canvas.pixels };
}

function pngUri({ channels, pixels, ...size }: Pixels): string {
  const png = encodePng({ ...size, channels: channels as 1 | 3 | 4, pixels: new Uint8Array(pixels) });
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}

/** A closed line around the samples, as high as the loudest of them. */
function waveform({ low, high }: Envelope): Html {
  const scale = 30 / Math.max(0.1, ...high, ...low.map((value) => -value));
  const point = (value: number, x: number) => `${x} ${(32 - scale * value).toFixed(1)}`;
  const upper = [...high].map((value, x) => point(value + 0.3 / scale, x));
  const lower = [...low].map((value, x) => point(value - 0.3 / scale, x)).reverse();
  return html`
    <svg class="wave" viewBox="0 0 ${Math.max(1, high.length - 1)} 64" preserveAspectRatio="none">
      <path d="M${[...upper, ...lower].join("L")}Z" />
    </svg>
  `;
}

function classSection({ columns, splits }: Manifest): Html {
  const cards = columns.filter((column): column is LabelColumn => column.kind === "label").flatMap((column) =>
    Object.entries(splits).map(([name, { statistics }]) =>
      html`<div class="card"><h3>${column.name} in ${name}</h3>${
        histogram(column, statistics[column.name] as ClassStatistics)
      }</div>`
    )
  );
  if (cards.length === 0) return html``;
  return html`
    <section>
      <h2>How the classes are filled</h2>
      <div class="pair">${cards}</div>
    </section>
  `;
}

function histogram(column: LabelColumn, { classCounts }: ClassStatistics): Html {
  const most = Math.max(1, ...classCounts);
  const all = classCounts.map((rows, label) => ({ name: className(column, label), rows }));
  const shown = all.length <= MAX_CLASSES
    ? all
    : all.toSorted((a, b) => b.rows - a.rows).slice(0, MAX_CLASSES);
  const left = all.length - shown.length;
  return html`<div class="histogram">${
    shown.map(({ name, rows }) =>
      html`<span>${name}</span><span>${count(rows)}</span><div class="bar"><i style="width: ${
        (100 * rows / most).toFixed(1)
      }%"></i></div>`
    )
  }</div>${
    left === 0
      ? ""
      : html`<p class="soft small">… and ${numbered(left, "class", "classes")} with fewer rows each</p>`
  }`;
}

function columnSection({ columns, splits }: Manifest): Html {
  const names = Object.keys(splits);
  const rows = columns.map((column) =>
    html`<tr><td><b>${column.name}</b></td><td class="text">${describeColumn(column)}</td>${
      names.map((name) =>
        html`<td class="text">${describeStatistics(column, splits[name]!.statistics[column.name]!)}</td>`
      )
    }</tr>`
  );
  return html`
    <section>
      <h2>Columns</h2>
      <div class="stack">
        <div class="card">
          <table>
            <thead>
              <tr><th>name</th><th class="text">holds</th>${names.map((name) =>
                html`<th class="text">${name}</th>`
              )}</tr>
            </thead>
            <tbody>${rows}</tbody>
          </table>
        </div>
      </div>
    </section>
  `;
}

function fileSection(manifest: Manifest, folder: string): Html {
  const { licence, rowsPerBlock, splits } = manifest;
  const facts: readonly (readonly [string, string])[] = [
    ["licence", licence],
    ["left out", describeDropped(manifest)],
    ["folder", folder],
    ["blocks", `of ${numbered(rowsPerBlock, "row")}, each with its SHA-256`],
    ...Object.entries(splits).map(([name, { contentHash }]) => [`content of ${name}`, contentHash] as const),
  ];
  const shards = Object.values(splits).flatMap(({ shards }) => shards);
  return html`
    <section>
      <h2>Files</h2>
      <div class="stack">
        <div class="card">
          <dl>${facts.map(([name, value]) =>
            html`
              <dt>${name}</dt>
              <dd>${value}</dd>
            `
          )}</dl>
        </div>
        <details class="card">
          <summary>${numbered(shards.length, "shard")}</summary>
          <table>
            <thead>
              <tr>
                <th>file</th>
                <th>rows</th>
                <th>blocks</th>
                <th>size</th>
                <th>SHA-256</th>
              </tr>
            </thead>
            <tbody>${shards.map(({ file, rows, bytes, sha256, blocks }) =>
              html`
                <tr>
                  <td>${file}</td>
                  <td>${count(rows)}</td>
                  <td>${count(blocks.length)}</td>
                  <td>${formatBytes(bytes)}</td>
                  <td><code>${sha256.slice(0, 16)}…</code></td>
                </tr>
              `
            )}</tbody>
          </table>
        </details>
      </div>
    </section>
  `;
}

function shortened(text: string, length: number): string {
  const letters = [...text.slice(0, 2 * length)];
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join("").trimEnd()}…`;
}
