/** Throws a RangeError unless `value` is an integer in min…max; `what` begins the message. */
export function checkRange(what: string, value: number, min: number, max: number): void {
  if (!(Number.isSafeInteger(value) && value >= min && value <= max)) {
    throw new RangeError(`${what} is ${value}: give an integer in ${min}…${max}`);
  }
}

/** Throws a RangeError unless `count` positions from `from` on are all in 0…size − 1. */
export function checkSpan(from: number, count: number, size: number): void {
  if (!(Number.isSafeInteger(from) && from >= 0 && from + count <= size)) {
    throw new RangeError(`Cannot give ${count} positions from ${from} on: there are ${size}`);
  }
}
