/**
 * How good the block-wise shuffle is against the width of its window: `deno task bench:shuffle`. The set has a thousand classes, and its rows
 * stand class by class, which is as hard as it gets: a block has rows of one or two classes only.
 *
 * @module
 */
import { blockOrder } from "@lacuna/data/loader";
import { parseOptions } from "./_parse_options.ts";
import { table } from "./_table.ts";

/** A set, and how it is read. */
type Setting = {
  readonly numRows: number; // N
  readonly numClasses: number;
  readonly rowsPerBlock: number; // K
  readonly batchSize: number; // B
};

/** What is seen of an epoch. */
type Quality = {
  readonly noise: number;
  readonly fromOneBlock: number;
  readonly numClasses: number;
  readonly numBlocks: number;
  readonly correlation: number;
  readonly uniformity: number;
};

if (import.meta.main) main(Deno.args);

function main(args: string[]): void {
  const values = parseOptions(args, {
    rows: { type: "string", default: "1281167" },
    classes: { type: "string", default: "1000" },
    "rows-per-block": { type: "string", default: "32" },
    batch: { type: "string", default: "256" },
    window: {
      type: "string",
      multiple: true,
      default: ["1", "4", "16", "64", "256", "1024", "4096", "Infinity"],
    },
  });
  const setting: Setting = {
    numRows: Number(values.rows),
    numClasses: Number(values.classes),
    rowsPerBlock: Number(values["rows-per-block"]),
    batchSize: Number(values.batch),
  };
  const { numRows, numClasses, rowsPerBlock, batchSize } = setting;
  console.log(
    `${numRows} rows in ${numClasses} classes, one after the other; blocks of ${rowsPerBlock}; batches of ${batchSize}\n`,
  );
  console.log(table(
    [
      "blocks in a window",
      "gradient noise",
      "pairs of one block",
      "classes",
      "blocks touched",
      "read",
      "correlation",
      "χ²",
    ],
    values.window.map((window) => {
      const { noise, fromOneBlock, numClasses, numBlocks, correlation, uniformity } = measure(
        setting,
        Number(window),
      );
      return [
        window === "Infinity" ? "all" : window,
        noise.toFixed(2),
        `${(100 * fromOneBlock).toPrecision(2)} %`,
        numClasses.toFixed(1),
        numBlocks.toFixed(1),
        window === "Infinity" ? numBlocks.toFixed(1) : (batchSize / rowsPerBlock).toFixed(1),
        correlation.toFixed(4),
        uniformity.toFixed(2),
      ];
    }),
  ));
  console.log(`
gradient noise       variance of a batch's mean over that of a fair sample's: each class has a random effect of its own
pairs of one block   share of the pairs of a batch
classes              in a batch; blocks touched: by a batch; read: blocks a batch, each once an epoch if a window is held in memory
correlation          of the effects of neighbours in the order
χ²                   of 32 parts of the set × 32 parts of the epoch over 64 epochs, as standard deviations from its mean: chance is within ±3`);
}

function measure(setting: Setting, windowBlocks: number): Quality {
  const { numRows, numClasses, rowsPerBlock, batchSize } = setting;
  const rows = new Float64Array(numRows);
  blockOrder({ numRows, rowsPerBlock, windowBlocks, seed: 0 }).fill(0, rows);
  const effects = standardized(numClasses);
  const classOf = (row: number) => Math.floor(row * numClasses / numRows);
  const numBatches = Math.floor(numRows / batchSize);
  let squaredMeans = 0, pairsOfOneBlock = 0, classes = 0, blocks = 0;
  for (let batch = 0; batch < numBatches; batch++) {
    const counts = new Map<number, number>(), seen = new Set<number>();
    let sum = 0;
    for (let i = batch * batchSize; i < (batch + 1) * batchSize; i++) {
      const block = Math.floor(rows[i]! / rowsPerBlock);
      counts.set(block, (counts.get(block) ?? 0) + 1);
      seen.add(classOf(rows[i]!));
      sum += effects[classOf(rows[i]!)]!;
    }
    squaredMeans += (sum / batchSize) ** 2;
    for (const count of counts.values()) {
      pairsOfOneBlock += count * (count - 1) / (batchSize * (batchSize - 1));
    }
    classes += seen.size;
    blocks += counts.size;
  }
  let products = 0;
  for (let i = 1; i < numRows; i++) products += effects[classOf(rows[i - 1]!)]! * effects[classOf(rows[i]!)]!;
  return {
    noise: squaredMeans / numBatches * batchSize, // the effects have the variance 1
    fromOneBlock: pairsOfOneBlock / numBatches,
    numClasses: classes / numBatches,
    numBlocks: blocks / numBatches,
    correlation: products / (numRows - 1),
    uniformity: uniformity(setting, windowBlocks),
  };
}

/** Numbers of mean 0 and variance 1 that have no order: square roots' fractions. */
function standardized(n: number): Float64Array {
  const values = Float64Array.from({ length: n }, (_, i) => Math.sqrt(i + 2) * 1e4 % 1);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  return values.map((value) => (value - mean) / deviation);
}

/** Whether each part of the set comes in each part of the epoch as often as in any other, epochs taken together; blocks are the units that move. */
function uniformity({ rowsPerBlock }: Setting, windowBlocks: number): number {
  const numParts = 32, numBlocks = 2048, numEpochs = 64, numRows = numBlocks * rowsPerBlock;
  const counts = new Float64Array(numParts ** 2);
  for (let epoch = 0; epoch < numEpochs; epoch++) {
    const order = blockOrder({ numRows, rowsPerBlock, windowBlocks, seed: 1, epoch });
    for (let row = 0; row < numRows; row += rowsPerBlock) { // the first row of each block
      counts[
        Math.floor(row / numRows * numParts) * numParts +
        Math.floor(order.positionOf(row) / numRows * numParts)
      ]!++;
    }
  }
  const expected = numEpochs * numBlocks / numParts ** 2;
  let chiSquare = 0;
  for (const count of counts) chiSquare += (count - expected) ** 2 / expected;
  const degrees = (numParts - 1) ** 2;
  return (chiSquare - degrees) / Math.sqrt(2 * degrees);
}
