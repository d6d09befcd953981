/** The numbers of a LARS update. */
export type LarsRates = {
  /** ≥ 0. */
  readonly learningRate: number;
  /** Share of the velocity that stays, in [0, 1). */
  readonly momentum: number;
  /** Length of an update in lengths of the parameter, > 0; MAE and MoCo-v3 have 0.001. */
  readonly trust: number;
  /** Added to the gradient, in lengths of the parameter, ≥ 0. */
  readonly weightDecay: number;
};

/**
 * Layer-wise adaptive rate scaling, in place: g ← g + decay · p, times trust · ‖p‖ / ‖g‖ where both are above 0; v ← momentum · v + g;
 * p ← p − rate · v (arXiv:1708.03888, in the form of MoCo-v3's and MAE's code: the rate multiplies the velocity, not the gradient). What has one
 * dimension or none, such as a bias, is neither decayed nor adapted: plain descent with momentum.
 * @param parameter p, any shape.
 * @param gradient g, as many values; stays as it is.
 * @param velocity v, as many values, 0 at first.
 * @param rank Dimensions of the parameter.
 * @param rates How far.
 */
export function lars(
  parameter: Float32Array,
  gradient: Float32Array,
  velocity: Float32Array,
  rank: number,
  { learningRate, momentum, trust, weightDecay }: LarsRates,
): void {
  const isAdapted = rank > 1;
  const decay = isAdapted ? weightDecay : 0;
  const scale = isAdapted ? trustRatio(parameter, gradient, decay, trust) : 1;
  for (let i = 0; i < parameter.length; i++) {
    velocity[i] = momentum * velocity[i]! + scale * (gradient[i]! + decay * parameter[i]!);
    parameter[i]! -= learningRate * velocity[i]!;
  }
}

function trustRatio(parameter: Float32Array, gradient: Float32Array, decay: number, trust: number): number {
  let ofParameter = 0, ofUpdate = 0;
  for (let i = 0; i < parameter.length; i++) {
    ofParameter += parameter[i]! ** 2;
    ofUpdate += (gradient[i]! + decay * parameter[i]!) ** 2;
  }
  return ofParameter > 0 && ofUpdate > 0 ? trust * Math.sqrt(ofParameter / ofUpdate) : 1;
}
