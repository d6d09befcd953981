import { lars } from "./lars.ts";
import type { ProbeOptimizer } from "./linear_protocols.ts";

/** Moves one parameter by its gradients, step by step, in place. */
export function probeStep(
  optimizer: ProbeOptimizer,
  parameter: Float32Array,
  rank: number,
): (gradient: Float32Array, learningRate: number) => void {
  const first = new Float32Array(parameter.length); // velocity, or mean of the gradients
  if (optimizer.kind === "lars") {
    const { momentum, trust } = optimizer;
    return (gradient, learningRate) =>
      lars(parameter, gradient, first, rank, { learningRate, momentum, trust, weightDecay: 0 });
  }
  if (optimizer.kind === "sgd") { // v ← momentum · v + g, p ← p − rate · v
    return (gradient, learningRate) => {
      for (let i = 0; i < parameter.length; i++) {
        first[i] = optimizer.momentum * first[i]! + gradient[i]!;
        parameter[i]! -= learningRate * first[i]!;
      }
    };
  }
  const { beta1, beta2, epsilon, weightDecay } = optimizer; // arXiv:1711.05101, algorithm 2
  const second = new Float32Array(parameter.length);
  let numSteps = 0;
  return (gradient, learningRate) => {
    numSteps++;
    const [correction1, correction2] = [1 - beta1 ** numSteps, 1 - beta2 ** numSteps];
    for (let i = 0; i < parameter.length; i++) {
      const g = gradient[i]!;
      first[i] = beta1 * first[i]! + (1 - beta1) * g;
      second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
      const step = first[i]! / correction1 / (Math.sqrt(second[i]! / correction2) + epsilon);
      parameter[i] = parameter[i]! * (1 - learningRate * weightDecay) - learningRate * step;
    }
  };
}
