/** A format, and what reads it. */
export type FuzzTarget = {
  /** As `--format` takes it. */
  readonly name: string;
  /** Whether its checksums cover all that a reader gets: then what is accepted must be as it was. */
  readonly isChecked: boolean;
  /** Writes the undamaged files. @returns Their names in the folder; one of them at a time is damaged. */
  readonly make: (folder: string) => Promise<readonly string[]>;
  /** Reads the files and says what it got: a digest, and how much of it was left out as unreadable. */
  readonly read: (folder: string) => Promise<Reading>;
};

/** What was read. */
export type Reading = {
  /** The same for the same data. */
  readonly digest: string;
  /** Items that were left out and counted. */
  readonly numDropped: number;
};
