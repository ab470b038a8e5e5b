/** Dropout, inverted, from a stream of its own. */
import type { FusedKernel, Op, Rng } from '@seqloom/core';
import { defaultRng, defineOp, knownOptions, Module, OptionError, within } from '@seqloom/core';
import { dropout } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { flips } from './bernoulli.js';

export interface DropoutOptions {
  /** The share of values that become 0, from 0 to below 1. */
  rate: number;
  rng?: Rng;
}

/** In training sets each value to 0 with probability `rate` and divides the rest by 1 − rate; otherwise the identity. arXiv:1207.0580 */
export class Dropout extends Module {
  readonly rate: number;
  readonly rng: Rng;

  constructor(options: DropoutOptions) {
    super();
    knownOptions('Dropout', options, ['rate', 'rng']);
    this.rate = within('Dropout', 'rate', options.rate, 0, 1);
    if (this.rate === 1) throw new OptionError('Dropout', '`rate` must be below 1: nothing would be left');
    this.rng = (options.rng ?? defaultRng).split();
  }

  /** x of any shape → the same shape. */
  forward<X extends tf.Tensor>(x: X): X {
    if (!this.training || this.rate === 0) return x;
    return dropOp({ x }, { keep: 1 - this.rate, seed: this.rng.int32() })[0] as X;
  }
}

/** x of any shape → x/keep where the draws of `seed` keep it, else 0; fused, the mask is drawn again for the gradient instead of kept. */
export const dropOp: Op<'x', { keep: number; seed: number }> = defineOp({
  name: 'Dropout',
  inputs: ['x'],
  composed: ({ x }, { keep, seed }) => [tf.mul(x, tf.tensor(flips(x.size, keep, 1 / keep, seed), x.shape))],
  fused: {
    forward: ({ x }, attributes, workspace) => dropped(workspace, x!, attributes),
    backward: ({ dy0 }, attributes, workspace) => [dropped(workspace, dy0!, attributes)],
    differentiable: ['x'],
  },
});

function dropped(
  { kernels, input, output }: Parameters<FusedKernel>[2],
  x: tf.TensorInfo,
  { keep, seed }: Parameters<FusedKernel>[1],
) {
  const out = output([...x.shape]);
  const n = x.shape.reduce((size, each) => size * each, 1);
  dropout(kernels, { x: input(x), out: out.pointer, n, seed: seed as number, keep: keep as number });
  return out;
}
