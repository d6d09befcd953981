import { setImmediate } from "node:timers";

/** Lets everything run that is ready to. */
export function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve)); // a timer would cost two milliseconds
}
