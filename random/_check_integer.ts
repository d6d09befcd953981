/** Throws a RangeError unless `value` is an integer in [min, max]; `what` begins the message. */
export function checkInteger(what: string, value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max)) {
    throw new RangeError(`${what} is ${value}: give an integer in ${min}…${max}`);
  }
}
