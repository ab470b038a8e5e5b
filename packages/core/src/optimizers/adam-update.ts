/** One parameter's part of an update of Adam, as an op: fused, it is one pass over memory. */
import { type AdamRates, adamUpdate as updateKernel } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import type { FusedKernel } from '../backend/fused.js';
import { defineOp, type Op } from '../op.js';

type Rates = AdamRates & Record<string, unknown>;

const forward: FusedKernel = ({ gradient, mean, variance }, attributes, { kernels, input, output }) => {
  const shape = gradient!.shape;
  const [update, nextMean, nextVariance] = [output([...shape]), output([...shape]), output([...shape])];
  const inputs = { gradient: input(gradient!), mean: input(mean!), variance: input(variance!) };
  const outputs = { update: update.pointer, nextMean: nextMean.pointer, nextVariance: nextVariance.pointer };
  const n = tf.util.sizeFromShape(shape);
  updateKernel(kernels, { ...inputs, ...outputs, n }, attributes as unknown as AdamRates);
  return [update, nextMean, nextVariance];
};

/**
 * gradient, mean, variance → [correction·mean' / (√variance' + floor), mean', variance'], all of one shape. With correction = √c₂/c₁ and
 * floor = ε√c₂ this is (mean'/c₁) / (√(variance'/c₂) + ε), with both corrections of the start at 0.
 */
export const adamUpdate: Op<'gradient' | 'mean' | 'variance', Rates> = defineOp({
  name: 'AdamUpdate',
  inputs: ['gradient', 'mean', 'variance'],
  outputs: 3,
  composed({ gradient, mean, variance }, { beta1, beta2, correction, floor }) {
    const nextMean = tf.add(tf.mul(mean, beta1), tf.mul(gradient, 1 - beta1));
    const nextVariance = tf.add(tf.mul(variance, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    return [tf.div(tf.mul(nextMean, correction), tf.add(tf.sqrt(nextVariance), floor)), nextMean, nextVariance];
  },
  fused: { forward },
});
