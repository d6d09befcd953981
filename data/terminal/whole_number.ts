import { InvalidArgumentError } from "commander";

/**
 * Reads a whole number as an option's value, "60000", "60,000" or "60_000".
 * @param min The least that may be asked for.
 * @param max The most; any if left out.
 * @returns What commander calls with the text; it throws `InvalidArgumentError`, which commander tells with the option's name.
 */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text.replaceAll(/[,_]/g, ""));
    const isWritten = /^(\d+|\d{1,3}(,\d{3})+|\d{1,3}(_\d{3})+)$/.test(text);
    if (isWritten && Number.isSafeInteger(number) && number >= min && number <= max) return number;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`Write a whole number ${range}`);
  };
}
