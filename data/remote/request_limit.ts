/**
 * How many requests run at once.
 * @module
 */

/** Lets so many pieces of work run at once; the others wait for their turn, in the order in which they came. */
export class RequestLimit {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /**
   * A limit that several files may share.
   * @param max Pieces of work at once, ≥ 1.
   * @throws {RangeError} If it is not a positive integer.
   */
  constructor(max: number) {
    if (!Number.isInteger(max) || max < 1) {
      throw new RangeError(`Limit of requests is ${max}: give a positive integer`);
    }
    this.#free = max;
  }

  /**
   * Does some work when its turn comes.
   * @param work Begun at once if there is room.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift(); // takes the place over
      if (next) next();
      else this.#free++;
    }
  }
}
