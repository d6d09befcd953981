import type { MetricsLine } from "@lacuna/pipelines/metrics-log";
import type { Curve } from "./report/report_data.ts";

const MAX_POINTS = 400; // about two a pixel column of a small screen

/**
 * Loss and collapse measures over a run's steps, as a report draws them, thinned to a few hundred means each.
 * @param lines The run's log, steps ascending.
 * @param outDim P, the length of the vectors that are watched.
 * @param method By which the loss is explained.
 */
export function trainingCurves(
  lines: readonly MetricsLine[],
  outDim: number,
  method = "extrema",
): readonly Curve[] {
  const curve = (
    title: string,
    label: string,
    read: (line: MetricsLine) => number | undefined,
    guides: Curve["guides"],
    help: string,
  ): Curve => {
    const { steps, values } = thin(lines, read);
    return { title, help, steps, lines: [{ label, values }], guides };
  };
  const targets = curve(
    "Spread of targets and predictions",
    "the teacher's targets",
    ({ targetSpread }) => targetSpread,
    [],
    "Standard deviation over the masked patches of a batch, the mean over dimensions, before any of them become unit vectors. Predictions vary less than their " +
      "targets as long as they are uncertain; targets that fall towards 0 are a collapse.",
  );
  const predicted = thin(lines, ({ predSpread }) => predSpread);
  const healthySpread = 1 / Math.sqrt(outDim);
  const probe = curve(
    "Online probe",
    "share of a batch told right",
    ({ probeAccuracy }) => probeAccuracy,
    [],
    "How well a linear classifier beside the training tells the classes of a batch before it learns from it. The training does not see it; in a run that was " +
      "resumed it began anew. The classifier learns too: only a rise that goes on when it has settled is the encoder's.",
  );
  return [
    method === "extrema"
      ? curve(
        "Loss",
        "mean squared distance of unit vectors",
        (line) => line.loss,
        [],
        "0 means that student and teacher say the same, 2 that their vectors are orthogonal, 4 opposite. An early dip and a rise " +
          "after it are no failure: the teacher has begun to tell images apart. A loss that only falls towards 0 is the suspicious one.",
      )
      : curve(
        "Loss",
        "what the method minimises",
        (line) => line.loss,
        [],
        "How far it falls depends on the method and its targets.",
      ),
    curve(
      method === "extrema" ? "Teacher spread" : "Spread",
      "standard deviation a dimension",
      (line) => line.spread,
      [{ label: `1/√${outDim} = ${healthySpread.toFixed(3)}, evenly spread`, value: healthySpread }],
      "How much the unit vectors that are watched, of a teacher or of the encoder, differ between images. A share of the dashed line is healthy as long as it " +
        "grows or holds; a collapse is a fall to 0.",
    ),
    curve(
      "Mean cosine between images",
      "pairs of different images",
      (line) => line.meanCosine,
      [{ label: "1 = all images alike", value: 1 }],
      "Clearly below 1 is healthy. A collapse goes to 1 and stays there.",
    ),
    curve(
      "Effective rank",
      "directions in use",
      (line) => line.effectiveRank,
      [{ label: "1 = a single direction", value: 1 }],
      `Of ${outDim} possible. A fall to a few while the spread holds is a dimensional collapse: images differ, but in few ways.`,
    ),
    ...targets.steps.length > 0 // of methods that predict what a teacher says of patches
      ? [{
        ...targets,
        lines: [...targets.lines, { label: "the student's predictions", values: predicted.values }],
      }]
      : [],
    ...probe.steps.length > 0 ? [probe] : [],
  ];
}

/** Means of at most MAX_POINTS runs of neighbouring lines, each at its last step; lines without a value are left out. */
function thin(
  lines: readonly MetricsLine[],
  read: (line: MetricsLine) => number | undefined,
): { steps: number[]; values: number[] } {
  const measured = lines.flatMap((line) => {
    const value = read(line);
    return value === undefined ? [] : [{ step: line.step, value }];
  });
  const length = Math.ceil(measured.length / MAX_POINTS);
  const steps: number[] = [], values: number[] = [];
  for (let first = 0; first < measured.length; first += length) {
    const group = measured.slice(first, first + length);
    steps.push(group.at(-1)!.step);
    values.push(group.reduce((sum, { value }) => sum + value, 0) / group.length);
  }
  return { steps, values };
}
