import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { useDevice } from "./device.ts";
import { normalTensor, testedDevices } from "./ops/_agreement.ts";
import { linear } from "./ops/linear.ts";
import { layerNorm } from "./ops/layer_norm.ts";
import type { ParameterMap } from "./parameter_map.ts";
import { valueAndGrads } from "./value_and_grads.ts";

function parametersOf(shapes: Record<string, number[]>): ParameterMap {
  const variables = Object.entries(shapes).map(([name, shape]) =>
    [name, tf.tidy(() => tf.variable(normalTensor(shape, name)))] as const
  );
  return Object.fromEntries(variables);
}

/** x ↦ value, with a gradient function of the test's own. */
function withGradient(x: Tensor, value: (x: Tensor) => Tensor, gradient: (dy: Tensor) => Tensor): Tensor {
  return tf.customGrad((x) => ({ value: value(x as Tensor), gradFunc: gradient }))(x);
}

const shapes = { w: [6, 6], b: [6], gamma: [6], beta: [6] };

/** Weights used twice, sums of one tensor with itself, several outputs, broadcasts, and parts that lead nowhere. */
function network({ w, b, gamma, beta }: ParameterMap): Scalar {
  let x = normalTensor<Tensor2D>([4, 6], "x");
  tf.matMul(x, w as Tensor2D); // not part of the loss
  for (let i = 0; i < 2; i++) {
    const normed = layerNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-6);
    x = tf.add(x, linear(normed, w as Tensor2D, b as tf.Tensor1D));
  }
  const [left, , right] = tf.split(x, 3, 1); // the middle one is not used
  const halves = tf.concat([tf.add(left!, left!), tf.mul(right!, b!.slice([1], [1]))], 1);
  return tf.mean(tf.square(halves));
}

async function bytesOf(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  return await Promise.all(tensors.map((tensor) => tensor.data<"float32">()));
}

Deno.test("valueAndGrads() is tfjs's own to the bit, and leaves the value and the gradients alone", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const parameters = parametersOf(shapes);
    const variables = Object.values(parameters);
    const expected = tf.engine().gradients(() => network(parameters), variables);
    const before = tf.memory().numTensors;
    const { value, grads } = valueAndGrads(() => network(parameters), parameters);
    assert.equal(tf.memory().numTensors, before + 1 + variables.length, device);
    assert.deepEqual(Object.keys(grads), Object.keys(parameters));
    assert.deepEqual(
      await bytesOf([value, ...Object.values(grads)]),
      await bytesOf([expected.value, ...expected.grads]),
      device,
    );
    tf.dispose([expected, value, grads, variables]);
  }
});

Deno.test("valueAndGrads() inside a scope ends with it", async () => {
  await useDevice("cpu");
  const parameters = parametersOf(shapes);
  const before = tf.memory();
  tf.tidy(() => void valueAndGrads(() => network(parameters), parameters));
  assert.deepEqual(tf.memory(), before);
  tf.dispose(Object.values(parameters));
});

Deno.test("valueAndGrads() frees what was saved and the gradients on the way before it goes on", async () => {
  await useDevice("cpu");
  const { x } = parametersOf({ x: [1000] });
  const before = tf.memory().numTensors;
  let meanwhile = 0;
  const { value, grads } = valueAndGrads(() => {
    let y = withGradient(x!, (x) => tf.mul(x, 1), (dy) => {
      meanwhile = tf.memory().numTensors - before; // at the very end of the walk
      return tf.mul(dy, 1);
    });
    for (let i = 0; i < 20; i++) y = tf.mul(y, y);
    return tf.sum(y);
  }, { x: x! });
  assert.equal(meanwhile, 2); // the value and dy; each product had saved its two factors
  tf.dispose([value, grads, x!]);
});

Deno.test("valueAndGrads() takes gradients that are dy itself, one tensor twice, or somebody else's", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const { a, b } = parametersOf({ a: [50], b: [50] });
    const constant = tf.fill([50], 7);
    const before = tf.memory().numTensors;
    const twice = tf.customGrad((a, b) => ({
      value: tf.add(a as Tensor, b as Tensor),
      gradFunc: (dy: Tensor) => [dy, dy],
    }));
    const { value, grads } = valueAndGrads(() => {
      const sum = twice(twice(a!, b!), a!); // 2a + b
      const other = withGradient(b!, tf.neg, () => constant);
      return tf.sum(tf.add(tf.add(sum, sum), other)); // 2 by the sum, which reaches a twice
    }, { a: a!, b: b! });
    assert.deepEqual([...new Set(await grads.a!.data())], [4], device);
    assert.deepEqual([...new Set(await grads.b!.data())], [9], device);
    assert.equal((await constant.data())[0], 7, device);
    tf.dispose([value, grads]);
    assert.equal(tf.memory().numTensors, before, device);
    tf.dispose([a!, b!, constant]);
  }
});

Deno.test("valueAndGrads() names what the loss does not depend on, and keeps nothing", async () => {
  await useDevice("cpu");
  const parameters = parametersOf({ used: [2], "blocks.0.unused": [2] });
  const before = tf.memory();
  assert.throws(() => valueAndGrads(() => tf.sum(tf.square(parameters.used!)), parameters), {
    message: /does not depend on blocks\.0\.unused:/,
  });
  assert.deepEqual(tf.memory(), before);
  tf.dispose(Object.values(parameters));
});

Deno.test("after an error in the function or in a gradient, nothing is kept and the next call works", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const { x } = parametersOf({ x: [3] });
    const before = tf.memory();
    const fail = (): never => {
      throw new Error("on purpose");
    };
    const failures = [
      (): Scalar => tf.sum(withGradient(tf.square(x!), tf.square, fail)),
      (): Scalar => tf.sum(withGradient(tf.square(x!), fail, (dy) => dy)),
      (): Scalar => (tf.square(tf.square(x!)), fail()),
    ];
    for (const f of failures) assert.throws(() => valueAndGrads(f, { x: x! }), { message: "on purpose" });
    const misshapen = (): Scalar => tf.sum(withGradient(tf.square(x!), tf.square, () => tf.zeros([4])));
    assert.throws(() => valueAndGrads(misshapen, { x: x! }), { message: /is \[4\], the input \[3\]/ });
    assert.deepEqual(tf.memory(), before, device);
    const { value, grads } = valueAndGrads(() => tf.sum(tf.square(x!)), { x: x! });
    assert.deepEqual(await grads.x!.data(), (await x!.data()).map((x) => 2 * x));
    tf.dispose([value, grads, x!]);
  }
});

Deno.test("valueAndGrads() may be used inside another gradient, and another gradient inside it", async () => {
  await useDevice("cpu");
  const { x } = parametersOf({ x: [3] });
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const cube = (x: Tensor): Scalar => tf.sum(tf.mul(x, tf.square(x)));
    const sixFold = x!.dataSync().map((x) => 6 * x); // the second derivative
    const inside = tf.grad(() => valueAndGrads(() => cube(x!), { x: x! }).grads.x!)(x!);
    const outside = valueAndGrads(() => tf.sum(tf.grad(cube)(x!)), { x: x! }).grads.x!;
    for (const second of [inside, outside]) {
      for (const [i, value] of second.dataSync().entries()) {
        assert.ok(Math.abs(value - sixFold[i]!) < 1e-5 * Math.abs(sixFold[i]!)); // float32, 3 operations
      }
    }
  });
  assert.equal(tf.memory().numTensors, before);
  x!.dispose();
});
