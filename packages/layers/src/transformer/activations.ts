/** Activations of feed-forward networks and gates made of them, each one op with its gradient. */
import type { FusedPair, Op } from '@seqloom/core';
import { defineOp, ShapeError, show } from '@seqloom/core';
import { type ActivationName, activate, activateGradient, gate, gateGradient } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';

/** x·Φ(x), by the error function: x of any shape → the same. arXiv:1606.08415 */
export function gelu<X extends tf.Tensor>(x: X): X {
  return activation({ x }, { f: 'gelu' })[0] as X;
}

/** GELU's approximation by tanh, as in BERT and GPT-2: x of any shape → the same. arXiv:1606.08415 */
export function geluTanh<X extends tf.Tensor>(x: X): X {
  return activation({ x }, { f: 'geluTanh' })[0] as X;
}

/** x·sigmoid(x), also known as swish: x of any shape → the same. arXiv:1702.03118 */
export function silu<X extends tf.Tensor>(x: X): X {
  return activation({ x }, { f: 'silu' })[0] as X;
}

/** a·f(b) of x = [a, b] along the last axis; f is the sigmoid unless told: x [...,2F] → [...,F]. Throws ShapeError. arXiv:1612.08083, arXiv:2002.05202 */
export function glu(x: tf.Tensor, f: ActivationName = 'sigmoid'): tf.Tensor {
  const size = Array.isArray(x?.shape) ? (x.shape.at(-1) ?? 1) : 1;
  if (size % 2 !== 0) throw new ShapeError('glu', `\`x\` must have two halves, got ${show(x?.shape ?? x)}`);
  return gated({ x }, { f })[0]!;
}

/** f(x), of any shape. */
export const activation: Op<'x', { f: ActivationName }> = defineOp({
  name: 'Activation',
  inputs: ['x'],
  composed: ({ x }, { f }) => [formulas[f](x)],
  fused: elementKernels(),
});

/** a·f(b) of x = [a, b], [...,2F] → [...,F]. */
export const gated: Op<'x', { f: ActivationName }> = defineOp({
  name: 'GatedActivation',
  inputs: ['x'],
  composed({ x }, { f }) {
    const [a, b] = tf.split(tf.reshape(x, [-1, x.shape.at(-1)!]), 2, 1) as [tf.Tensor, tf.Tensor];
    return [tf.reshape(tf.mul(a, formulas[f](b)), halved(x.shape))];
  },
  fused: gateKernels(),
});

const formulas: Readonly<Record<ActivationName, (x: tf.Tensor) => tf.Tensor>> = {
  relu: (x) => tf.relu(x),
  gelu: (x) => tf.mul(x, tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5)),
  geluTanh(x) {
    const inner = tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715), 1));
    return tf.mul(x, tf.sigmoid(tf.mul(inner, 2 * Math.sqrt(2 / Math.PI)))); // (1 + tanh u)/2 is the sigmoid of 2u
  },
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  sigmoid: (x) => tf.sigmoid(x),
  identity: (x) => x,
};

function elementKernels(): FusedPair<'x'> {
  return {
    forward({ x }, { f }, { input, output, kernels }) {
      const out = output([...x!.shape]);
      activate(kernels, f as ActivationName, input(x!), out.pointer, sizeOf(x!.shape));
      return out;
    },
    backward({ x, dy0 }, { f }, { input, output, kernels }) {
      const dX = output([...x!.shape]);
      const places = { x: input(x!), dY: input(dy0!), dX: dX.pointer };
      activateGradient(kernels, f as ActivationName, places, sizeOf(x!.shape));
      return [dX];
    },
    differentiable: ['x'],
  };
}

function gateKernels(): FusedPair<'x'> {
  const sizes = (shape: readonly number[]) => ({
    rows: sizeOf(shape.slice(0, -1)),
    columns: shape.at(-1)! / 2,
  });
  return {
    forward({ x }, { f }, { input, output, kernels }) {
      const out = output(halved(x!.shape));
      gate(kernels, f as ActivationName, { x: input(x!), out: out.pointer }, sizes(x!.shape));
      return out;
    },
    backward({ x, dy0 }, { f }, { input, output, kernels }) {
      const dX = output([...x!.shape]);
      const places = { x: input(x!), dY: input(dy0!), dX: dX.pointer };
      gateGradient(kernels, f as ActivationName, places, sizes(x!.shape));
      return [dX];
    },
    differentiable: ['x'],
  };
}

function halved(shape: readonly number[]): number[] {
  return [...shape.slice(0, -1), shape.at(-1)! / 2];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
