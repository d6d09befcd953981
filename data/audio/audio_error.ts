/**
 * What a sound that cannot be decoded throws.
 * @module
 */

/**
 * What a sound can fail at: "format" no file of a kind that is known, "header" contradicts itself, "encoding" is not supported,
 * "limit" larger than allowed, "length" ends too early or holds less than it says, "checksum" altered, "finite" has NaN or infinity.
 */
export type AudioCheck = "format" | "header" | "encoding" | "limit" | "length" | "checksum" | "finite";

/** A sound is damaged, too large or of a kind that is not read; the message says what was found. */
export class AudioError extends Error {
  /** Of the class. */
  override readonly name = "AudioError";
  /** What it failed at. */
  readonly check: AudioCheck;

  /**
   * An error that names the check.
   * @param check What the sound failed at.
   * @param found What was expected and what was found instead.
   */
  constructor(check: AudioCheck, found: string) {
    super(`The sound fails the check "${check}": ${found}`);
    this.check = check;
  }
}
