/** How a damaged file was met. All but the first four are faults. */
export type Outcome =
  | "refused" // an error of our own says what is wrong
  | "dropped" // the damaged items were left out and counted
  | "unharmed" // the same data as before: nobody reads the damaged bytes
  | "altered" // other data, in a format that cannot know
  | "wrong" // other data, in a format that should have known
  | "crashed" // an error that is not ours, or the process ended
  | "hung"
  | "swelled"; // took more memory than the case may

/** In the order in which they are told. */
export const outcomes: readonly Outcome[] = [
  "refused",
  "dropped",
  "unharmed",
  "altered",
  "wrong",
  "crashed",
  "hung",
  "swelled",
];

/** Whether a reader must not do this. */
export function isFault(outcome: Outcome): boolean {
  return ["wrong", "crashed", "hung", "swelled"].includes(outcome);
}

/** One damaged file, and how it was met. */
export type Case = {
  /** Name of the target. */
  readonly format: string;
  /** With which, together with the seed and the format, the damage is drawn again. */
  readonly round: number;
  readonly outcome: Outcome;
  /** What the reader said. */
  readonly detail: string;
};

/** Before each line that the serving process means. */
export const MARK = "fuzz> ";

/** Errors that say what is wrong with the data and what to do. */
const ours: readonly string[] = ["ShardError", "SourceError", "ImageError", "AudioError", "TokenizerError"];

/** Whether an error is one that our readers throw on purpose. */
export function isOurs(error: unknown): boolean {
  return error instanceof Error && ours.includes(error.name);
}

/** What an error says, with the first place of ours it went through if it is a fault. */
export function errorOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = isOurs(error)
    ? ""
    : error.stack?.split("\n").find((line) => line.includes("/data/"))?.trim() ?? "";
  return `${error.name}: ${error.message} ${place}`.trim();
}
