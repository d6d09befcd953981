import { type Call, type Draw, type KernelCases, range } from "./_kernel_cases.ts";
import { add, div, flushed, mul, type Rounded, sqrt, sub, sum } from "./_rounded.ts";

/** The tensors of a parameter. */
type Row = Readonly<Record<"parameter" | "grad" | "m" | "v" | "teacher", Float32Array | null>> & {
  readonly size: number;
  readonly decay: number;
};

const WORDS_OF_ROW = 16;

/** A table and the calls that fill it. */
function tableOf(rows: readonly Row[]): { table: Uint32Array; before: NonNullable<Call["before"]> } {
  const table = new Uint32Array(rows.length * WORDS_OF_ROW);
  const before = rows.map(({ parameter, grad, m, v, teacher, size, decay }, i) => ({
    kernel: "set_row" as const,
    args: [table, i, parameter, grad, m, v, teacher, size, decay],
  }));
  return { table, before };
}

/** Sizes of the rows. */
const sizes = [[], [0], [1], [3, 0, 37], [0, 1031, 16, 0]];
const large = [[70001], [5, 33000, 0, 17000, 1, 16384]];

/** norm = √(Σ g²) */
const norm: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const rows = sizes.map((size): Row => (
      { parameter: null, grad: draw.normals(size), m: null, v: null, teacher: null, size, decay: 1 }
    ));
    const { table, before } = tableOf(rows);
    const result = new Float32Array(1).fill(NaN);
    return {
      args: [table, rows.length, result],
      before,
      written: () => [[result, [sqrt(sum(rows.flatMap(({ grad }) => [...grad!].map((g) => mul(g, g)))))]]],
    };
  },
};

const [beta1, beta2, epsilon, rate, correction, momentum, rest] = [0.9, 0.95, 1e-8, 0.003, 1.5, 0.99, 0.01]
  .map(
    Math.fround,
  ) as [number, number, number, number, number, number, number];

function follow(teacher: number, student: Rounded | number): Rounded {
  return add(mul(teacher, momentum), mul(student, rest));
}

/**
 * m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; p ← decay · p − rate · m / (√v · correction + ε); teacher ← momentum · teacher + rest · p,
 * for every second row. Denormal moments become 0.
 */
const adamw: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const rows = sizes.map((size, i): Row => ({
      parameter: draw.normals(size),
      grad: draw.normals(size),
      m: draw.normals(size),
      v: squares(draw, size),
      teacher: i % 2 ? draw.normals(size) : null,
      size,
      decay: Math.fround(i % 2 ? 0.999 : 1),
    }));
    const { table, before } = tableOf(rows);
    return {
      args: [table, rows.length, beta1, beta2, epsilon, rate, correction, momentum, rest],
      before,
      written: () =>
        rows.flatMap(({ parameter, grad, m, v, teacher, size, decay }) => {
          const means = range(size, (i) => flushed(add(mul(m![i]!, beta1), mul(grad![i]!, sub(1, beta1)))));
          const squares = range(
            size,
            (i) => flushed(add(mul(v![i]!, beta2), mul(mul(grad![i]!, grad![i]!), sub(1, beta2)))),
          );
          const updated = range(size, (i) => {
            const root = add(mul(sqrt(squares[i]!), correction), epsilon);
            return sub(mul(parameter![i]!, decay), div(mul(means[i]!, rate), root));
          });
          const led = teacher && range(size, (i) => follow(teacher[i]!, updated[i]!));
          return [
            [m!, means],
            [v!, squares],
            [parameter!, updated],
            ...teacher && led ? [[teacher, led] as const] : [],
          ] as const;
        }),
    };
  },
};

/** Second moments: positive, of the size of squares. */
function squares(draw: Draw, size: number): Float32Array {
  return draw.uniforms(size, 0.5 * draw.scale ** 2, 2 * draw.scale ** 2);
}

/** teacher ← momentum · teacher + rest · parameter */
const momentumUpdate: KernelCases = {
  sizes,
  large,
  call(draw, ...sizes) {
    const rows = sizes.map((size): Row => (
      {
        parameter: draw.normals(size),
        grad: null,
        m: null,
        v: null,
        teacher: draw.normals(size),
        size,
        decay: 1,
      }
    ));
    const { table, before } = tableOf(rows);
    return {
      args: [table, rows.length, momentum, rest],
      before,
      written: () =>
        rows.map(({ parameter, teacher, size }) =>
          [teacher!, range(size, (i) => follow(teacher![i]!, parameter![i]!))] as const
        ),
    };
  },
};

/** The kernels that update parameters in place. */
export const optimizerCases = { norm_f32: norm, adamw_f32: adamw, momentum_update_f32: momentumUpdate };
