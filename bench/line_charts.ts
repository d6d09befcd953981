/** Lines over one quantity. */
export type Chart = {
  /** What is varied. */
  readonly title: string;
  readonly x: readonly number[];
  /** Names and values, as many as `x`; `undefined` where nothing was measured. */
  readonly lines: readonly ChartLine[];
};

/** One of a chart's lines. */
export type ChartLine = {
  readonly name: string;
  readonly y: readonly (number | undefined)[];
  /** Where its own points are, where they are not the chart's. */
  readonly x?: readonly number[];
};

/** How charts are drawn. */
export type ChartOptions = {
  /** Logarithmic by default: a straight line falling by one decade a decade is cost that grows as the work does. */
  readonly axes?: "logarithmic" | "linear";
  /** Pixels of one chart. */
  readonly size?: readonly [width: number, height: number];
};

const margin = 44; // px
const colours = ["#0b6e4f", "#c1440e", "#3b5998", "#8e44ad", "#b8860b", "#17838c", "#a4133c", "#555555"];
/** How lines differ once colours come again: how they are drawn, and what the legend adds. */
const styles = [
  { stroke: "", name: "" },
  { stroke: ' stroke-dasharray="5 3"', name: " (dashed)" },
  { stroke: ' stroke-dasharray="1.5 2.5"', name: " (dotted)" },
] as const;
const lineHeight = 16; // px of the legend

/**
 * Charts side by side as SVG.
 * @param charts With the same lines each.
 * @param yTitle What is measured.
 */
export function lineCharts(charts: readonly Chart[], yTitle: string, options: ChartOptions = {}): string {
  const { axes = "logarithmic", size: [width, height] = [260, 200] } = options;
  const [scale, unscale] = axes === "linear"
    ? [(value: number) => value, (value: number) => value]
    : [Math.log, Math.exp];
  const all = charts.flatMap(({ lines }) =>
    lines.flatMap(({ y }) => y.filter((value) => value !== undefined))
  );
  const [low, high] = [scale(Math.min(...all)), scale(Math.max(...all))];
  const at = (from: number, to: number, size: number) => (value: number) =>
    to === from ? size / 2 : size * (scale(value) - from) / (to - from);
  const panels = charts.map(({ title, x, lines }, i) => {
    const right = at(scale(Math.min(...x)), scale(Math.max(...x)), width - margin - 12);
    const up = at(low, high, height - 2 * margin);
    const ticks = x.map((value) =>
      `<text x="${(margin + right(value)).toFixed(1)}" y="${height - margin + 16}" text-anchor="middle">${
        Number(value.toPrecision(3))
      }</text>`
    );
    const levels = [0, 1, 2].map((half) => unscale(low + (high - low) * half / 2)).map((value) => {
      const y = (height - margin - up(value)).toFixed(1);
      return `<text x="${margin - 6}" y="${y}" text-anchor="end" dominant-baseline="middle">${
        Number(value.toPrecision(axes === "linear" ? 3 : 2))
      }</text>` +
        `<path d="M${margin} ${y}H${width - 12}" stroke="#ddd"/>`;
    });
    const paths = lines.map(({ y, x: own = x }, line) => {
      const points = y.flatMap((value, j) =>
        value === undefined
          ? []
          : [`${(margin + right(own[j]!)).toFixed(1)},${(height - margin - up(value)).toFixed(1)}`]
      );
      const dots = points.map((text) => {
        const [cx, cy] = text.split(",");
        return `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colourOf(line)}"/>`;
      });
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${
        colourOf(line)
      }" stroke-width="1.5"${styleOf(line).stroke}/>${dots.join("")}`;
    });
    const heading = `<text x="${margin}" y="24" font-weight="bold">${title}</text>`;
    return `<g transform="translate(${i * width} 0)">${
      [heading, ...levels, ...ticks, ...paths].join("\n")
    }</g>`;
  });
  const names = charts[0]!.lines.map(({ name }) => name);
  const total = charts.length * width;
  const perRow = Math.max(1, Math.floor((total - margin) / 170));
  const legend = names.map((name, i) =>
    `<text x="${margin + 170 * (i % perRow)}" y="${
      height + 10 + lineHeight * Math.floor(i / perRow)
    }" fill="${colourOf(i)}">${name}${styleOf(i).name}</text>`
  );
  const bottom = height + 4 + lineHeight * Math.ceil(names.length / perRow);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total} ${bottom}" width="${total}" ` +
    `height="${bottom}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>` +
    `<title>${yTitle}</title>\n${[...panels, ...legend].join("\n")}\n</svg>\n`;
}

function colourOf(line: number): string {
  return colours[line % colours.length]!;
}

function styleOf(line: number): typeof styles[number] {
  return styles[Math.floor(line / colours.length) % styles.length]!;
}
