/** A config, preset, key or combination of values that cannot be run; the message says which and what to do. */
export class ConfigError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "ConfigError";
}

/** A checkpoint or another file of a run folder that is damaged, or of something else. */
export class CheckpointError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "CheckpointError";
}

/** A run folder in which another process trains. */
export class BusyError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "BusyError";
}

/** A loss, parameter or gradient that is NaN or infinite. */
export class NonFiniteError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "NonFiniteError";
}

/** A teacher that says the same of every image. */
export class CollapseError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "CollapseError";
}

/** A run stopped from outside, after its checkpoint was written. */
export class InterruptedError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "InterruptedError";
}
