import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";

const MOST_STEPS = 200;
const CHECK_EVERY = 10; // steps between two looks at the residual
const RELATIVE_RESIDUAL = 1e-3;

/**
 * X [n, k] with A X = B for a symmetric, positive definite A, each column by conjugate gradients of its own from 0 (Hestenes and Stiefel, 1952), until the
 * residual is a thousandth of B or 200 steps are over: directions with small eigenvalues are then not reached, which regularises like a larger λ.
 * @param multiply A times what it is given [n, k]; called in a tidy scope.
 * @param b [n, k].
 */
export function conjugateGradients(
  multiply: (x: Tensor2D) => Tensor2D,
  b: Tensor2D,
): Tensor2D {
  const squares = (v: Tensor2D): Tensor2D => tf.sum(tf.square(v), 0, true); // [1, k]
  let x: Tensor2D = tf.zerosLike(b);
  let residual = b.clone();
  let direction = residual.clone();
  let size = tf.tidy(() => squares(residual));
  const least = tf.tidy(() => tf.mul(RELATIVE_RESIDUAL ** 2, squares(b)));
  for (let step = 0; step < MOST_STEPS; step++) {
    if (step % CHECK_EVERY === 0 && tf.tidy(() => tf.all(tf.lessEqual(size, least)).dataSync()[0] === 1)) {
      break;
    }
    const [nextX, nextResidual, nextDirection, nextSize] = tf.tidy(() => {
      const image = multiply(direction);
      const along = tf.maximum(tf.sum(tf.mul(direction, image), 0, true), 1e-30); // 0 where a column is done
      const distance = tf.div(size, along);
      const nextX = tf.add(x, tf.mul(distance, direction));
      const nextResidual: Tensor2D = tf.sub(residual, tf.mul(distance, image));
      const nextSize = squares(nextResidual);
      const nextDirection = tf.add(
        nextResidual,
        tf.mul(tf.div(nextSize, tf.maximum(size, 1e-30)), direction),
      );
      return [nextX, nextResidual, nextDirection, nextSize];
    }) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
    tf.dispose([x, residual, direction, size]);
    [x, residual, direction, size] = [nextX, nextResidual, nextDirection, nextSize];
  }
  tf.dispose([residual, direction, size, least]);
  return x;
}
