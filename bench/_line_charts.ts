/** Lines over one quantity. */
export type Chart = {
  /** What is varied. */
  readonly title: string;
  readonly x: readonly number[];
  /** Names and values, as many as `x`; `undefined` where nothing was measured. */
  readonly lines: readonly { readonly name: string; readonly y: readonly (number | undefined)[] }[];
};

const [width, height, margin] = [260, 200, 44]; // px of one chart
const colours = ["#0b6e4f", "#c1440e", "#3b5998"];

/**
 * Charts side by side as SVG, both axes logarithmic: a straight line falling by one decade a decade is cost that grows as the work does.
 * @param charts With the same lines each.
 * @param yTitle What is measured.
 */
export function lineCharts(charts: readonly Chart[], yTitle: string): string {
  const all = charts.flatMap(({ lines }) =>
    lines.flatMap(({ y }) => y.filter((value) => value !== undefined))
  );
  const [low, high] = [Math.log(Math.min(...all)), Math.log(Math.max(...all))];
  const at = (from: number, to: number, size: number) => (value: number) =>
    to === from ? size / 2 : size * (Math.log(value) - from) / (to - from);
  const panels = charts.map(({ title, x, lines }, i) => {
    const right = at(Math.log(Math.min(...x)), Math.log(Math.max(...x)), width - margin - 12);
    const up = at(low, high, height - 2 * margin);
    const point = (value: number, j: number) =>
      `${(margin + right(x[j]!)).toFixed(1)},${(height - margin - up(value)).toFixed(1)}`;
    const ticks = x.map((value) =>
      `<text x="${(margin + right(value)).toFixed(1)}" y="${
        height - margin + 16
      }" text-anchor="middle">${value}</text>`
    );
    const levels = [Math.exp(low), Math.exp((low + high) / 2), Math.exp(high)].map((value) => {
      const y = (height - margin - up(value)).toFixed(1);
      return `<text x="${margin - 6}" y="${y}" text-anchor="end" dominant-baseline="middle">${
        Number(value.toPrecision(2))
      }</text>` +
        `<path d="M${margin} ${y}H${width - 12}" stroke="#ddd"/>`;
    });
    const paths = lines.map(({ y }, line) => {
      const points = y.map((value, j) => value === undefined ? "" : point(value, j)).filter((text) => text);
      const dots = points.map((text) => {
        const [cx, cy] = text.split(",");
        return `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colours[line]}"/>`;
      });
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${
        colours[line]
      }" stroke-width="1.5"/>${dots.join("")}`;
    });
    const heading = `<text x="${margin}" y="24" font-weight="bold">${title}</text>`;
    return `<g transform="translate(${i * width} 0)">${
      [heading, ...levels, ...ticks, ...paths].join("\n")
    }</g>`;
  });
  const legend = charts[0]!.lines.map(({ name }, i) =>
    `<text x="${margin + 170 * i}" y="${height + 10}" fill="${colours[i]}">${name}</text>`
  );
  const total = charts.length * width;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total} ${height + 20}" width="${total}" ` +
    `height="${
      height + 20
    }" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>` +
    `<title>${yTitle}</title>\n${[...panels, ...legend].join("\n")}\n</svg>\n`;
}
