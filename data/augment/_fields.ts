/** Tells what to give instead of a value, if it is not right. */
export type Rule = (value: unknown) => string | undefined;

/** Shows a value in a message. */
export function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value);
}

function isBetween(value: unknown, low: number, high: number): value is number {
  return typeof value === "number" && value >= low && value <= high && value < Infinity;
}

/** A number in a range, whose end is told as it is written. */
export function numberIn(low: number, high: number, bounds: string = `[${low}, ${high}]`): Rule {
  return (value) => isBetween(value, low, high) ? undefined : `give a number in ${bounds}`;
}

/** A whole number in a range. */
export function wholeIn(low: number, high: number): Rule {
  return (value) =>
    isBetween(value, low, high) && Number.isInteger(value)
      ? undefined
      : `give a whole number in ${low}…${high}`;
}

/** Two numbers, the smaller one first. */
export function rangeIn(low: number, high: number, bounds: string): Rule {
  return (value) => {
    const [least, most] = Array.isArray(value) && value.length === 2 ? value : [];
    const isRight = isBetween(least, low, high) && isBetween(most, low, high) && least <= most;
    return isRight ? undefined : `give [smallest, largest] in ${bounds}`;
  };
}

/** One of some values. */
export function oneOf(...choices: readonly unknown[]): Rule {
  return (value) => choices.includes(value) ? undefined : `give one of ${choices.map(shown).join(", ")}`;
}

/** What keeps one of two rules. */
export function either(first: Rule, second: Rule): Rule {
  return (value) => {
    const problem = first(value);
    const other = problem && second(value);
    return other && `${problem}, or ${other.replace("give ", "")}`;
  };
}

/** A list of so many that all keep a rule. */
export function listOf(rule: Rule, count?: number): Rule {
  return (value) => {
    if (!Array.isArray(value) || (count !== undefined && value.length !== count)) {
      return `give a list${count === undefined ? "" : ` of ${count}`}`;
    }
    const problem = value.map(rule).find((problem) => problem);
    return problem && `${problem} for each`;
  };
}
