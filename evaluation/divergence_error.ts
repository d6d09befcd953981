/** The loss of a training with labels became NaN or infinite. */
export class DivergenceError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "DivergenceError";
}
