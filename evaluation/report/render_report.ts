import { Html, html, renderPage } from "@lacuna/data/page";
import uplotScript from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import { count } from "../_count.ts";
import { measureTables } from "../_measure_table.ts";
import type { ProtocolTable } from "../protocol_table.ts";
import { extraProtocols, protocolTitles } from "../protocols.ts";
import charts from "./_charts.js" with { type: "text" };
import { attentionOverlay, opaque, withHoles } from "./_picture.ts";
import style from "./_style.css" with { type: "text" };
import type {
  AttentionPictures,
  Curve,
  MaskedPicture,
  NeighborPictures,
  Picture,
  ReportData,
} from "./report_data.ts";

/** The report as one HTML page that needs nothing beside itself: styles, scripts and pictures are inside. */
export function renderReport(data: ReportData): string {
  const sections = [
    tableSection(data),
    data.table.rows.some(({ rank }) => rank) ? measureSection(data.table) : html``,
    curveSection(data.curves),
    neighborSection(data.neighbors, data.classNames),
    data.attention.length > 0 ? attentionSection(data.attention) : html``,
    data.masks.some(({ visible }) => visible.length > 0) ? maskSection(data.masks, data.patchSize) : html``,
    factSection(data),
  ];
  const content = html`
    <header>
      <h1>${data.title}</h1>
      <p class="soft">${data.subtitle}</p>
      <p class="verdict">${verdict(data.table)}</p>
    </header>
    ${sections}
  `;
  const after = html`
    ${["accent", "second", "right", "wrong", "soft", "rule"].map((name) =>
      html`<i id="${name}" style="color: var(--${name})"></i>`
    )}
    <script type="application/json" id="curves">${new Html(
      JSON.stringify(data.curves).replaceAll("<", "\\u003c"),
    )}</script>
  `;
  return renderPage(data.title, content, {
    styles: [uplotStyle, style],
    scripts: [uplotScript, charts],
    after,
  });
}

/** One sentence for each control: how far the trained encoder is from it. */
function verdict({ rows }: ProtocolTable): string {
  const trained = rows.find((row) => row.features === "trained encoder");
  if (trained === undefined) return "";
  return rows.filter((row) => row !== trained).map((row) => {
    const compare = (share: number, control: number) => {
      const points = pointsBetween(share, control);
      return points === 0
        ? "equal"
        : `${Math.abs(points).toFixed(1)} points ${points < 0 ? "below" : "above"}`;
    };
    const name = row.features === "raw pixels" ? "raw pixels" : `the ${row.features}`;
    return `Against ${name}: linear probe ${compare(trained.linear, row.linear)}, kNN ${
      compare(trained.knn, row.knn)
    }.`;
  }).join(" ");
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** How far a share is above another as both are printed: 0 for what reads the same. */
function pointsBetween(share: number, other: number): number {
  return Number(percent(share)) - Number(percent(other));
}

function tableSection({ table, protocol }: ReportData): Html {
  const trained = table.rows.find((row) => row.features === "trained encoder");
  const cell = (share: number, reference: number | undefined) => {
    const delta = pointsBetween(share, reference ?? share);
    const sign = delta < 0 ? "−" : "+";
    return html`<td>${percent(share)}\u00a0%${
      delta === 0 ? "" : html`<span class="delta">${sign}${Math.abs(delta).toFixed(1)}</span>`
    }<div class="bar"><i style="width: ${percent(share)}%"></i></div></td>`;
  };
  const extras = extraProtocols.filter((name) => table.rows.some((row) => row[name] !== undefined));
  const rows = table.rows.map((row) =>
    html`<tr class="${row === trained ? "trained" : "control"}"><td>${row.features}</td><td>${row.dim}</td>${
      cell(row.knn, trained?.knn)
    }${cell(row.linear, trained?.linear)}${
      extras.map((name) => row[name] === undefined ? html`<td>–</td>` : cell(row[name], trained?.[name]))
    }</tr>`
  );
  return html`<section>
<h2>What the features are worth</h2>
<p class="soft">Share of ${count(table.numTest)} test images classified right, from ${
    count(table.numTrain)
  } labelled training images, the same for every row. Small numbers: difference to the trained encoder in points.</p>
<div class="stack"><div class="card"><table>
<thead><tr><th>features</th><th>dim</th><th>kNN</th><th>linear probe</th>${
    extras.map((name) => html`<th>${protocolTitles[name]}</th>`)
  }</tr></thead>
<tbody>${rows}</tbody>
</table></div></div>
${protocol.map((paragraph) => html`<p class="soft small">${paragraph}</p>`)}
</section>`;
}

function measureSection(table: ProtocolTable): Html {
  const { tables, note } = measureTables(table);
  const cards = tables.map(({ head, rows }) =>
    html`
      <div class="card">
        <table>
          <thead>
            <tr>${head.map((title) => html`<th>${title}</th>`)}</tr>
          </thead>
          <tbody>${rows.map((texts) =>
            html`<tr class="${texts[0] === "trained encoder" ? "trained" : "control"}">${
              texts.map((text) => html`<td>${text}</td>`)
            }</tr>`
          )}</tbody>
        </table>
      </div>
    `
  );
  return html`<section>
<h2>How the features vary</h2>
<p class="soft">Without classes, ${note}. Few directions tell of a collapse that the loss does not show; many do not promise good
features, as the controls say.</p>
<div class="stack">${cards}</div>
${
    measureHelp.map(([name, text]) =>
      html`
        <p class="soft small"><b>${name}</b>: ${text}</p>
      `
    )
  }
</section>`;
}

const measureHelp = [
  [
    "RankMe",
    "how many directions the vectors use, at most dim; a mean that all share counts as one and shrinks the others (arXiv:2210.02885).",
  ],
  ["Effective rank", "the same of the vectors without their mean."],
  [
    "LiDAR",
    "how many directions tell images apart more than their own views, as the method makes them, differ (arXiv:2312.04000, there with 50 views). " +
    "Not of vectors of more than 1,024 numbers.",
  ],
  [
    "α-ReQ",
    "α of the power law by which the variances of the directions fall; near 1 features did best there, above it few directions carry all (arXiv:2202.05808).",
  ],
  [
    "Spread",
    "standard deviation over images, the mean over dimensions: of the vectors, and of the mean of the patches' tokens after each block. It has the scale of its " +
    "vectors, so compare a block with the untrained one's; near 0, all images look the same from there on.",
  ],
] as const;

function curveSection(curves: readonly Curve[]): Html {
  const colours = ["accent", "second", "right", "wrong"];
  const cards = curves.map((curve) =>
    html`
      <div class="card">
        <h3>${curve.title}</h3>
        <div class="chart"></div>
        <ul class="legend small soft">${curve.lines.map((line, i) =>
          html`<li><i style="--line: var(--${colours[i % colours.length]!})"></i>${line.label}</li>`
        )}${curve.guides.map((guide) =>
          html`<li><i class="guide" style="--line: var(--soft)"></i>${guide.label}</li>`
        )}<li class="at"></li></ul>
        <p class="soft small">${curve.help}</p>
      </div>
    `
  );
  return html`
    <section>
      <h2>How the training went</h2>
      <p
        class="soft">The loss alone cannot tell learning from collapse, in which every image gets the same vector. Read it together with
    the measures of these vectors.</p>
      <div class="pair">${cards}</div>
    </section>
  `;
}

function maskSection(masks: readonly MaskedPicture[], patchSize: number): Html {
  return html`
    <section>
      <h2>What the student saw</h2>
      <p
        class="soft">Each image, uncropped, then what each of its masks left visible in the first epoch.</p>
      <div class="grid">${masks.map(({ picture, visible }) =>
        html`<div class="strip" style="--columns: ${visible.length + 1}">${
          figure(picture, [opaque(picture)], "image")
        }${
          visible.map((kept, i) => figure(picture, [withHoles(picture, kept, patchSize)], `mask ${i + 1}`))
        }</div>`
      )}</div>
    </section>
  `;
}

function neighborSection(rows: readonly NeighborPictures[], classNames: readonly string[]): Html {
  return html`
    <section>
      <h2>What it finds alike</h2>
      <p
        class="soft">A test image (outlined) and the training images whose features have the highest cosine to its own. A tick marks a
    neighbour of the query's class, a cross one of another class. The encoder never saw a class.</p>
      <div class="stack">${rows.map((row) =>
        html`<div class="card strip wraps" style="--columns: ${row.neighbors.length + 1}">${
          figure(row.query, [opaque(row.query)], `${classNames[row.label] ?? row.label}`, "query")
        }${
          row.neighbors.map((neighbor) => {
            const right = neighbor.label === row.label;
            const caption = html`<b>${right ? "✓" : "✗"}</b> ${
              classNames[neighbor.label] ?? neighbor.label
            }<small>${neighbor.cosine.toFixed(3)}</small>`;
            return figure(neighbor.picture, [opaque(neighbor.picture)], caption, right ? "right" : "wrong");
          })
        }</div>`
      )}</div>
    </section>
  `;
}

function attentionSection(rows: readonly AttentionPictures[]): Html {
  return html`
    <section>
      <h2>Where it looked</h2>
      <p
        class="soft">Attention of the instance query over the patches in the last class-attention block: the mean over the heads, then
    each head. The strongest patch of each picture is drawn at full strength; its weight stands below.</p>
      <div class="grid">${rows.map(({ picture, heads }) => {
        const mean = heads[0]!.map((_, i) => heads.reduce((sum, head) => sum + head[i]!, 0) / heads.length);
        const maps = heads.length === 1 ? [mean] : [mean, ...heads];
        return html`<div class="strip" style="--columns: ${maps.length + 1}">${
          figure(picture, [opaque(picture)], "image")
        }${
          maps.map((weights, i) =>
            figure(
              picture,
              [opaque(picture), attentionOverlay(weights, picture)],
              html`${i === 0 ? "mean" : `head ${i}`}<small>${Math.max(...weights).toFixed(2)}</small>`,
            )
          )
        }</div>`;
      })}</div>
    </section>
  `;
}

function factSection({ facts, config }: ReportData): Html {
  return html`
    <section>
      <h2>How it was made</h2>
      <div class="pair">${facts.map((list) =>
        html`
          <div class="card">
            <h3>${list.title}</h3>
            <dl>${list.facts.map(([name, value]) =>
              html`
                <dt>${name}</dt>
                <dd>${value}</dd>
              `
            )}</dl>
          </div>
        `
      )}</div>
      <div class="stack">
        <details class="card">
          <summary>Whole configuration</summary>
          <pre>${config}</pre>
        </details>
      </div>
    </section>
  `;
}

/** Layers of PNG over each other, with a caption. */
function figure(picture: Picture, layers: readonly string[], caption: string | Html, role = ""): Html {
  return html`
    <figure class="${role}">
      <div class="picture" style="--ratio: ${picture.width} / ${picture.height}">${layers.map((source) =>
        html`<img alt="" src="${source}">`
      )}</div>
      <figcaption>${caption}</figcaption>
    </figure>
  `;
}
