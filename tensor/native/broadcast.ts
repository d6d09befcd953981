/** How two operands are laid over [outer, inner] rows of the result: strides of 0 repeat. */
export type RowBroadcast = {
  readonly outer: number;
  readonly inner: number;
  readonly aOuter: number;
  readonly bOuter: number;
  readonly aInner: number;
  readonly bInner: number;
};

/**
 * Finds a cut of the result's axes in an outer and an inner part such that each operand either fills or repeats each part.
 * @param a Shape of the left operand.
 * @param b Shape of the right operand.
 * @param out Shape of the result.
 * @returns The layout, or `undefined` where the operands repeat in a pattern of more than two parts.
 */
export function rowBroadcast(
  a: readonly number[],
  b: readonly number[],
  out: readonly number[],
): RowBroadcast | undefined {
  for (let cut = 0; cut <= out.length; cut++) {
    const outer = product(out.slice(0, cut));
    const inner = product(out.slice(cut));
    const [left, right] = [a, b].map((shape) => partsOf(shape, out.length, cut, outer, inner));
    if (!left || !right) continue;
    const rows = { outer, inner, aInner: left.inner, bInner: right.inner };
    return {
      ...rows,
      aOuter: left.outer * (left.inner ? inner : 1),
      bOuter: right.outer * (right.inner ? inner : 1),
    };
  }
  return undefined;
}

/** 1 where the operand fills the part, 0 where it repeats; `undefined` if neither. */
function partsOf(
  shape: readonly number[],
  rank: number,
  cut: number,
  outer: number,
  inner: number,
): { outer: 0 | 1; inner: 0 | 1 } | undefined {
  const padded = [...Array(rank - shape.length).fill(1), ...shape];
  const [ownOuter, ownInner] = [product(padded.slice(0, cut)), product(padded.slice(cut))];
  if ((ownOuter !== outer && ownOuter !== 1) || (ownInner !== inner && ownInner !== 1)) return undefined;
  return { outer: ownOuter === 1 ? 0 : 1, inner: ownInner === 1 ? 0 : 1 };
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
