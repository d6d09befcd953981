/**
 * What an image that cannot be decoded throws.
 * @module
 */

/**
 * What an image can fail at, in the order in which it is checked: it is of a known `format`, its `header` makes sense, its `size` is
 * within the limit, its kind is `supported`, its `data` is whole.
 */
export type ImageCheck = "format" | "header" | "size" | "supported" | "data";

/** Bytes that are no image, or one that must not be decoded. */
export class ImageError extends Error {
  /** Of the class. */
  override readonly name = "ImageError";
  /** What the image failed at. */
  readonly check: ImageCheck;

  /**
   * An error that names the check.
   * @param check What the image failed at.
   * @param found What was found where, and what was expected instead.
   * @param options The error underneath, as `cause`.
   */
  constructor(check: ImageCheck, found: string, options?: ErrorOptions) {
    super(`The image fails the check "${check}": ${found}`, options);
    this.check = check;
  }
}
