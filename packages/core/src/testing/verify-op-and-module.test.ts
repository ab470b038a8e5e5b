/** The laws of ops and modules accept right ones and catch each kind of wrong one. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { normal } from '../initializers.js';
import { Module } from '../module.js';
import { defineOp } from '../op.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';
import { backendsHere, verifyModule, verifyOp } from './index.js';

/** x² + y, with a kernel and a gradient to be chosen. */
function square(name: string, kernel: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor, slope: number) {
  const op = defineOp({
    name,
    inputs: ['x', 'y'],
    composed: ({ x, y }) => [tf.add(tf.square(x), y)],
    gradient: ([dy], { inputs }) => ({ x: () => tf.mul(dy!, tf.mul(inputs.x, slope)), y: () => dy! }),
  });
  tf.registerKernel({
    kernelName: name,
    backendName: tf.getBackend(),
    kernelFunc: ({ inputs }) => kernel(inputs.x as tf.Tensor, inputs.y as tf.Tensor),
  });
  registered.push(name);
  return op;
}

const registered: string[] = [];
const right = (x: tf.Tensor, y: tf.Tensor) => tf.add(tf.square(x), y);
const cases = () => [
  { name: 'of five', inputs: { x: tf.tensor1d([1, -2, 0.5, 0, 3]), y: tf.ones([5]) }, attributes: {} },
];

class Two extends Module {
  readonly weight: tf.Variable = parameter([3, 2], normal(1), new Rng(1));
  readonly bias: tf.Variable = parameter([2], normal(1), new Rng(2));
}

class HidesTensor extends Two {
  readonly scale: tf.Tensor = tf.scalar(2);
}

class HidesVariable extends Two {
  readonly #hidden = tf.tidy(() => tf.variable(tf.zeros([2])));
  override dispose() {
    super.dispose();
    this.#hidden.dispose();
  }
}

let made = 0;
class RenamesItself extends Two {
  readonly more: Record<string, tf.Variable> = { [`w${made++}`]: parameter([2], normal(1)) };
}

class ForgetsDispose extends Two {
  override dispose() {
    this.weight.dispose();
  }
}

describe.each(backendsHere())('on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  afterEach(() => {
    for (const name of registered.splice(0)) tf.unregisterKernel(name, backend);
  });

  it('right ones pass', async () => {
    await verifyOp(square('TestSquare', right, 2), cases());
    await verifyModule(() => new Two());
  });

  it('a kernel that computes something else is caught', async () => {
    const op = square('TestSquareWrong', (x, y) => tf.add(right(x, y), tf.scalar(0.01)), 2);
    await expect(verifyOp(op, cases())).rejects.toThrow(
      `law "TestSquareWrong, of five" is broken on ${backend}: law "fused = composed, in values and gradients"`,
    );
  });

  it('a wrong registered gradient is caught', async () => {
    await expect(verifyOp(square('TestSquareSlope', right, 2.1), cases())).rejects.toThrow('d x[4] is');
  });

  it('a kernel that leaks is caught', async () => {
    const leak = (x: tf.Tensor, y: tf.Tensor) => {
      tf.keep(tf.neg(x));
      return right(x, y);
    };
    const op = square('TestSquareLeak', leak, 2);
    await expect(verifyOp(op, cases())).rejects.toThrow('law "nothing is left behind');
  });

  it.each([
    [HidesTensor, 'a module owns its variables and no other tensor'],
    [HidesVariable, 'a module owns its variables and no other tensor'],
    [RenamesItself, 'every variable has one path, the same each time'],
    [ForgetsDispose, 'dispose frees every variable'],
  ] as const)('the module %o is caught', async (Wrong, broken) => {
    await expect(verifyModule(() => new Wrong())).rejects.toThrow(`law "${broken}`);
  });
});
