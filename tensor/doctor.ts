/**
 * Says of every device whether it can be used here, and if not, why and what to do: `deno task doctor`. Ends with code 4 if the
 * device named by `--device` cannot be used.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { Command, CommanderError } from "commander";
import { type DeviceName, deviceNames, useDevice } from "./device.ts";
import { DeviceError } from "./device_error.ts";
import { gelu } from "./ops/gelu.ts";
import { layerNorm } from "./ops/layer_norm.ts";
import { linear } from "./ops/linear.ts";
import { selfAttention } from "./ops/self_attention.ts";

/** A small network whose value and gradient every device must agree on. */
async function selfTest(): Promise<number[]> {
  const grid = <T extends tf.Tensor>(shape: number[]): T =>
    tf.tidy(() => tf.reshape(tf.sin(tf.range(0, tf.util.sizeFromShape(shape))), shape) as T);
  const [x, weight, bias, scale] = [
    grid<Tensor3D>([2, 5, 8]),
    grid<Tensor2D>([8, 24]),
    grid<Tensor1D>([24]),
    grid<Tensor1D>([8]),
  ];
  const network = (weight: tf.Tensor) => {
    const attended = selfAttention(linear(x, weight as Tensor2D, bias), 2);
    return tf.sum<tf.Scalar>(gelu(layerNorm(attended, scale, scale, 1e-6)));
  };
  const { value, grad } = tf.valueAndGrad(network)(weight);
  const numbers = [...await value.data(), ...await grad.data()];
  tf.dispose([x, weight, bias, scale, value, grad]);
  return numbers;
}

/** Milliseconds of one 512×512×512 product, the best of five. */
async function productTime(): Promise<number> {
  const a = tf.ones<tf.Rank.R2>([512, 512]);
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    const product = tf.matMul(a, a);
    await product.data();
    best = Math.min(best, performance.now() - start);
    product.dispose();
  }
  a.dispose();
  return best;
}

/** One line of the report: the device's detail, or the reason why it cannot be used. */
async function examine(
  name: DeviceName,
  expected: readonly number[],
): Promise<{ usable: boolean; text: string }> {
  try {
    const { detail } = await useDevice(name);
    const numbers = await selfTest();
    const worst = numbers.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
    if (!(worst < 1e-3)) {
      return { usable: false, text: `gives wrong numbers, off by ${worst}: do not use it here` };
    }
    return { usable: true, text: `${detail}; 512³ product in ${(await productTime()).toFixed(1)} ms` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { usable: false, text: message.replace(/^Cannot use.*\n\w+: /, "") };
  }
}

/** Examines every device and prints a line each; returns the exit code. */
async function main(): Promise<number> {
  const { device } = new Command("doctor")
    .description("Says of every device whether it can be used here, and if not, why and what to do")
    .option("--device <name>", `also try this one: ${deviceNames.join(", ")}`)
    .addHelpText("after", "\nExit codes: 0 done, 2 unknown option, 4 the named device cannot be used")
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false }) // it would ask the environment
    .exitOverride()
    .parse(Deno.args, { from: "user" })
    .opts<{ device?: string }>();
  let code = 0;
  console.log(
    `deno ${Deno.version.deno}, v8 ${Deno.version.v8}, tfjs ${tf.version_core}, ${Deno.build.target}`,
  );
  if (device && !deviceNames.some((name) => name === device)) await useDevice(device); // says which names there are
  await useDevice("cpu");
  const expected = await selfTest();
  const examined = deviceNames.filter((name) => name !== "tensorflow" || name === device);
  for (const name of examined) {
    const { usable, text } = await examine(name, expected);
    console.log(`${usable ? "ok " : "no "} ${name.padEnd(10)} ${text}`);
    if (!usable && name === device) code = 4;
  }
  if (!examined.includes("tensorflow")) {
    console.log(
      "--  tensorflow tried only on request, as it downloads TensorFlow: deno task doctor --device tensorflow",
    );
  }
  const { name } = await useDevice();
  console.log(`"--device auto" takes ${name}`);
  return code;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main();
  } catch (error) {
    if (error instanceof CommanderError) { // it has spoken already
      Deno.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof DeviceError) {
      console.error(error.message);
      Deno.exitCode = 4;
    } else throw error;
  }
}
