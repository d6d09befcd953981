/** A smooth function's value and slope at a point. */
export type Smooth = (at: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

const MEMORY = 10; // pairs of steps and changes of slope

/**
 * A minimum of a smooth function by L-BFGS with backtracking (Nocedal and Wright, "Numerical Optimization", algorithms 7.4 and 3.1): done when
 * the slope is 1e-4 of its first length, nothing gets better, or the steps are used up.
 */
export function minimize(f: Smooth, start: Float64Array, maxSteps: number): Float64Array {
  let at = start;
  let { value, gradient } = f(at);
  const enough = 1e-4 * Math.sqrt(dot(gradient, gradient));
  const pairs: { step: Float64Array; change: Float64Array; curvature: number }[] = [];
  for (let i = 0; i < maxSteps && Math.sqrt(dot(gradient, gradient)) > enough; i++) {
    const direction = descent(gradient, pairs);
    const slope = dot(gradient, direction);
    let length = i === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
    let next = f(moved(at, direction, length));
    while (next.value > value + 1e-4 * length * slope && length > 1e-10) {
      length /= 2;
      next = f(moved(at, direction, length));
    }
    if (!(next.value < value)) break;
    const reached = moved(at, direction, length);
    const step = reached.map((x, j) => x - at[j]!), change = next.gradient.map((g, j) => g - gradient[j]!);
    const curvature = dot(step, change);
    if (curvature > 0) pairs.push({ step, change, curvature });
    if (pairs.length > MEMORY) pairs.shift();
    [at, value, gradient] = [reached, next.value, next.gradient];
  }
  return at;
}

/** −H · gradient by the two loops over the pairs. */
function descent(
  gradient: Float64Array,
  pairs: readonly { step: Float64Array; change: Float64Array; curvature: number }[],
): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas = pairs.toReversed().map(({ step, change, curvature }) => {
    const alpha = dot(step, q) / curvature;
    add(q, change, -alpha);
    return alpha;
  }).reverse();
  const last = pairs.at(-1);
  if (last) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let i = 0; i < q.length; i++) q[i]! *= scale;
  }
  for (const [i, { step, change, curvature }] of pairs.entries()) {
    add(q, step, alphas[i]! - dot(change, q) / curvature);
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, x: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * x[i]!;
}

function moved(at: Float64Array, direction: Float64Array, length: number): Float64Array {
  return at.map((x, i) => x + length * direction[i]!);
}
