/**
 * What exact arithmetic makes of some float32 numbers, and how far at most float32 arithmetic may end from it. Every bound that the
 * kernels are held to follows from the rules of this file:
 * - an operation rounds its result by u = 2⁻²⁴ of it, half a unit in the last place, or by 2⁻¹⁵⁰ where it is a denormal;
 * - it passes on the errors of its operands as its derivative says;
 * - a sum of k terms rounds by γ = (k − 1)u / (1 − (k − 1)u) of the sum of their sizes at most, in whatever order and in however
 *   many parts it is added up (Higham, Accuracy and Stability of Numerical Algorithms, §4.2); with fused multiply-add by less.
 */
export type Rounded = { readonly value: number; readonly error: number };

/** A number of float32 itself, or one that was rounded. */
export type Real = number | Rounded;

const unit = 2 ** -24;
const leastHalf = 2 ** -150; // half of the least denormal
const leastNormal = 2 ** -126;
const largest = (2 - 2 ** -23) * 2 ** 127;

/** A number that is known as it is. */
export function exact(value: number): Rounded {
  return { value, error: 0 };
}

/** The result of an operation: its value, rounded, with what its operands' errors made of it; infinity is exact. */
function rounded(value: number, passedOn: number, relative: number = unit): Rounded {
  if (Math.abs(value) === Infinity) return exact(value);
  return { value, error: passedOn + relative * (Math.abs(value) + passedOn) + leastHalf };
}

function of(x: Real): Rounded {
  return typeof x === "number" ? exact(x) : x;
}

export function add(x: Real, y: Real): Rounded {
  const [a, b] = [of(x), of(y)];
  return rounded(a.value + b.value, a.error + b.error);
}

export function sub(x: Real, y: Real): Rounded {
  return add(x, neg(y));
}

export function neg(x: Real): Rounded {
  const { value, error } = of(x);
  return { value: -value, error };
}

export function mul(x: Real, y: Real): Rounded {
  const [a, b] = [of(x), of(y)];
  const passedOn = Math.abs(a.value) * b.error + Math.abs(b.value) * a.error + a.error * b.error;
  return rounded(a.value * b.value, passedOn);
}

/** A quotient, which a kernel may also find as the product with a reciprocal. */
export function div(x: Real, y: Real): Rounded {
  const [a, b] = [of(x), of(y)];
  const value = a.value / b.value;
  const passedOn = b.error < Math.abs(b.value)
    ? (a.error + Math.abs(value) * b.error) / (Math.abs(b.value) - b.error)
    : Infinity;
  return rounded(value, passedOn, 2 * unit);
}

export function sqrt(x: Real): Rounded {
  const { value, error } = of(x);
  const root = Math.sqrt(value);
  return rounded(
    root,
    Math.max(Math.sqrt(value + error) - root, root - Math.sqrt(Math.max(0, value - error))),
  );
}

/** e to the x to 2 units in the last place; a kernel may give 0 where there should be a denormal. */
export function exp(x: Real): Rounded {
  const { value, error } = of(x);
  const power = Math.exp(value);
  return rounded(power, power * Math.expm1(error) + leastNormal, 4 * unit);
}

/** The natural logarithm to 2 units in the last place. */
export function log(x: Real): Rounded {
  const { value, error } = of(x);
  return rounded(Math.log(value), error < value ? -Math.log1p(-error / value) : Infinity, 4 * unit);
}

/** ln(1 + x) of a number as it is, to 2 units in the last place. */
export function log1p(x: number): Rounded {
  return rounded(Math.log1p(x), 0, 4 * unit);
}

/** tanh(x) of a number as it is, to 2 units in the last place. */
export function tanh(x: number): Rounded {
  return rounded(Math.tanh(x), 0, 4 * unit);
}

/** erf(x) to 8 units in the last place, or to 2⁻¹⁴³ where it is a denormal. */
export function erf(x: Real): Rounded {
  const { value, error } = of(x);
  return rounded(erfOf(value), error * 2 / Math.sqrt(Math.PI) + 2 ** -143, 16 * unit);
}

/** The larger one; NaN if either is. */
export function max(x: Real, y: Real): Rounded {
  const [a, b] = [of(x), of(y)];
  return { value: Math.max(a.value, b.value), error: Math.max(a.error, b.error) };
}

export function abs(x: Real): Rounded {
  const { value, error } = of(x);
  return { value: Math.abs(value), error };
}

/** The sum of numbers in any order. */
export function sum(terms: Iterable<Real>): Rounded {
  let [value, size, passedOn, count] = [0, 0, 0, 0];
  for (const term of terms) {
    const { value: x, error } = of(term);
    value += x;
    size += Math.abs(x) + error;
    passedOn += error;
    count++;
  }
  if (size === Infinity) return exact(value);
  const roundings = Math.max(count - 1, 0) * unit;
  return { value, error: passedOn + roundings / (1 - roundings) * size };
}

/** The mean of numbers: their sum, divided. */
export function mean(terms: readonly Real[]): Rounded {
  return div(sum(terms), terms.length);
}

/** Σ f(i) for i in 0…count − 1. */
export function sumOver(count: number, term: (i: number) => Real): Rounded {
  return sum(Array.from({ length: count }, (_, i) => term(i)));
}

/** Σ a(i) · b(i) for i in 0…count − 1, and what it is added to, in any order. */
export function dot(
  count: number,
  a: (i: number) => number,
  b: (i: number) => number,
  start: number = 0,
): Rounded {
  let [value, size] = [start, Math.abs(start)];
  for (let i = 0; i < count; i++) {
    const product = a(i) * b(i);
    value += product;
    size += Math.abs(product);
  }
  if (size === Infinity) return exact(value);
  const roundings = (count + 1) * unit;
  return { value, error: roundings / (1 - roundings) * size + count * leastHalf };
}

/**
 * The softmax of scores and the logarithm of the sum of their exponentials, found with the largest score subtracted, in one go or block
 * after block. If every score is off by at most δ, the odds w / (1 − w) of a weight are off by a factor of e^(2δ) at most, the logarithm
 * by δ; a score that, with its error, is 150 below the top adds less than e⁻¹⁵⁰, and its error is no matter. A kernel may rescale its
 * sums up to once for each score, by an exponential and a product.
 */
export function softmax(scores: readonly Real[]): { weights: Rounded[]; logSumExp: Rounded } {
  const all = scores.map(of);
  const top = all.reduce((most, { value }) => Math.max(most, value), -Infinity);
  const delta = all.reduce(
    (most, { value, error }) =>
      value + 2 * error < top - 150 ? most : Math.max(most, error + unit * (top - value)),
    0,
  );
  const powers = all.map(({ value }) => Math.exp(value - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const roundings = (12 + 6 * all.length) * unit;
  return {
    weights: powers.map((power) => {
      const value = power / total;
      const passedOn = Math.min(value, 1 - value) * Math.expm1(2 * delta);
      return { value, error: passedOn + roundings * value + 2 * leastNormal };
    }),
    logSumExp: rounded(
      top + Math.log(total),
      delta + roundings + unit * Math.log(total),
    ),
  };
}

/** A number that a kernel may make 0 where it is a denormal. */
export function flushed(x: Real): Rounded {
  const { value, error } = of(x);
  return { value, error: Math.abs(value) < leastNormal + error ? error + leastNormal : error };
}

/** Whether float32 arithmetic may have come to `actual`; NaN and infinity only where exact arithmetic has them. */
export function admits({ value, error }: Rounded, actual: number): boolean {
  if (Number.isNaN(value)) return Number.isNaN(actual);
  if (Math.abs(value) === Infinity) return actual === value;
  if (Math.abs(value) - error > largest) return actual === Math.sign(value) * Infinity;
  return Math.abs(actual - value) <= error;
}

/** erf in float64, by a series of positive terms: 2 / √π · e^(−x²) · Σ 2ⁿ x^(2n + 1) / (1 · 3 · … · (2n + 1)). */
function erfOf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) > 6) return Math.sign(x); // to 2⁻⁵³
  let [term, total] = [x, x];
  for (let n = 1; Math.abs(term) > Math.abs(total) * 2 ** -54; n++) {
    term *= 2 * x * x / (2 * n + 1);
    total += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * total;
}
