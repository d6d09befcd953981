import type { Json, Preparation, Preparer } from "./preparation.ts";

/** What goes wrong, at which row's number. */
type Faults = {
  /** Rows that cannot be read. */
  readonly bad?: readonly number[];
  /** Rows whose batch cannot be prepared: it throws an error of a class of its own. */
  readonly refused?: readonly number[];
  /** Rows at which the thread goes round in circles. */
  readonly hanging?: readonly number[];
  /** Rows at which the thread ends itself. */
  readonly deadly?: readonly number[];
  /** Rows at which an error is thrown that nobody waits for. */
  readonly unheard?: readonly number[];
};

/** What a refused row throws. */
export class RefusalError extends Error {
  /** Of the class. */
  override readonly name = "RefusalError";
  /** The row. */
  readonly row: number;

  constructor(row: number) {
    super(`Row ${row} is refused`);
    this.row = row;
  }
}

/** For tests: gives each row's number, and fails where it is told to. */
export function testPreparation(faults: Faults = {}): Preparation {
  return { module: import.meta.url, options: faults };
}

/** Of `testPreparation()`. */
export function createPreparer(options: Json): Preparer<number> {
  const { bad = [], refused = [], hanging = [], deadly = [], unheard = [] } = options as Faults;
  return {
    arrays: { number: { dtype: "int32", shape: [] } },
    read: ({ row }) => {
      if (bad.includes(row)) throw new RangeError(`row ${row} is bad`);
      while (hanging.includes(row));
      if (deadly.includes(row)) self.close();
      if (unheard.includes(row)) setTimeout(() => notThere());
      return row;
    },
    prepare: async ({ items }, out) => {
      const row = items.find((row) => refused.includes(row));
      if (row !== undefined) throw new RefusalError(row);
      if (items.some((row) => unheard.includes(row))) await new Promise(() => {});
      out.number!.set(items);
    },
  };
}

function notThere(): never {
  throw new Error("nobody waits for this");
}
