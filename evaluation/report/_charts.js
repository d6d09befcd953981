// Draws every chart of the page with uPlot, in the page's colours, and again when the colours change.
const curves = JSON.parse(document.getElementById("curves").textContent);
const colour = (name) => getComputedStyle(document.getElementById(name)).color;

function draw(place, curve) {
  const lines = ["accent", "second", "right", "wrong"];
  const ticks = {
    stroke: colour("soft"),
    grid: { stroke: colour("rule"), width: 1 },
    ticks: { show: false },
  };
  const options = {
    width: place.clientWidth,
    height: 210,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { time: false },
      y: { range: (_, low, high) => uPlot.rangeNum(Math.min(0, low), high, 0.05, true) },
    },
    axes: [
      { ...ticks, size: 34, values: (_, steps) => steps.map((step) => step.toLocaleString("en")) },
      { ...ticks, size: 52 },
    ],
    series: [
      {},
      ...curve.lines.map((line, i) => ({
        label: line.label,
        stroke: colour(lines[i % lines.length]),
        width: 1.75,
        points: { show: curve.steps.length === 1 },
        spanGaps: true,
      })),
      ...curve.guides.map((guide) => ({
        label: guide.label,
        stroke: colour("soft"),
        width: 1.25,
        dash: [5, 5],
        points: { show: false },
      })),
    ],
  };
  const values = curve.lines.map((line) => line.values);
  const levels = curve.guides.map((guide) => curve.steps.map(() => guide.value));
  return new uPlot(options, [curve.steps, ...values, ...levels], place);
}

function reader(place, curve, plot) {
  const note = place.nextElementSibling.querySelector(".at");
  plot.over.addEventListener("mousemove", () => {
    const i = plot.cursor.idx;
    const values = curve.lines.map((line) => line.values[i] ?? null).filter((value) => value !== null);
    note.textContent = i == null ? "" : `step ${curve.steps[i].toLocaleString("en")}: ` +
      values.map((value) => value.toPrecision(4)).join(", ");
  });
  plot.over.addEventListener("mouseleave", () => note.textContent = "");
}

const places = [...document.querySelectorAll(".chart")];
let plots = [];
function drawAll() {
  plots.forEach((plot) => plot.destroy());
  plots = places.map((place, i) => {
    const plot = draw(place, curves[i]);
    reader(place, curves[i], plot);
    return plot;
  });
}
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener(
  "resize",
  () => plots.forEach((plot, i) => plot.setSize({ width: places[i].clientWidth, height: 210 })),
);
