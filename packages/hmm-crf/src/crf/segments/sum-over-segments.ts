/** Segment scores from scores of steps, as an op: composed, one gather per length; fused, one addition per number. */
import {
  asMask,
  count,
  defineOp,
  dims,
  type FusedPair,
  keepWhere,
  type Op,
  type Sequence,
  type Tensors,
} from '@seqloom/core';
import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { before } from '../../chain/finite-chain.js';
import { knownBefore } from '../../chain/last-known.js';
import type { SegmentScores } from './segment-potentials.js';

type Part = 'values' | 'mask';
type Options = { readonly maxLength: number };
type Kernel = FusedPair<Part>['forward'];

/** Of a segment of l+1 steps: what stands at its last step, and the sum of the l steps before it, which stands at the real step before. */
const forward: Kernel = ({ values, mask }, { maxLength }, workspace) => {
  const [B, T, K] = values!.shape as [number, number, number];
  const L = maxLength as number;
  const [source, real, output] = [workspace.input(values!), workspace.input(mask!), workspace.output([B, T, L, K])];
  const { memory } = workspace.kernels;
  const [own, sums] = [floats(memory, source, B * T * K), floats(memory, output.pointer, B * T * L * K).fill(0)];
  const isReal = new Uint8Array(memory.memory.buffer, real, B * T);
  for (let step = 0, last = -1; step < B * T; step++) {
    if (step % T === 0) last = -1;
    if (!isReal[step]) continue;
    for (let i = 0; i < L * K; i++) {
      const shorter = i < K || last < 0 ? 0 : sums[last * L * K + i - K]!;
      sums[step * L * K + i] = own[step * K + (i % K)]! + shorter;
    }
    last = step;
  }
  return output;
};

/** From the last step on: what a sum gets, its own last step gets, and so does the shorter sum before it. */
const backward: Kernel = ({ values, mask, dy0 }, { maxLength }, workspace) => {
  const [B, T, K] = values!.shape as [number, number, number];
  const L = maxLength as number;
  const [dy, real, output] = [workspace.input(dy0!), workspace.input(mask!), workspace.output([B, T, K])];
  const scratch = workspace.scratch(8 * L * K);
  const { memory } = workspace.kernels;
  const [slopes, made] = [floats(memory, dy, B * T * L * K), floats(memory, output.pointer, B * T * K).fill(0)];
  const passed = floats(memory, scratch, (L + 1) * K);
  const isReal = new Uint8Array(memory.memory.buffer, real, B * T);
  for (let step = B * T - 1; step >= 0; step--) {
    if (step % T === T - 1) passed.fill(0);
    if (!isReal[step]) continue;
    // Entry i + K is what the sum at i passed on to the shorter one, at the real step after this one.
    for (let i = 0; i < L * K; i++) {
      passed[i] = slopes[step * L * K + i]! + passed[i + K]!;
      made[step * K + (i % K)]! += passed[i]!;
    }
  }
  return output;
};

/** values [B,T,K], mask [B,T] → [B,T,L,K]: the sum over each segment, or over as many steps as there are; 0 at masked steps. */
export const sumOverSegmentsOp: Op<Part, Options> = defineOp({
  name: 'SumOverSegments',
  inputs: ['values', 'mask'],
  composed: ({ values, mask }: Tensors<Part>, { maxLength }) => [
    composed(values as tf.Tensor3D, mask as tf.Tensor2D, maxLength),
  ],
  fused: { forward, backward, differentiable: ['values'] },
});

/**
 * The sum of the emissions of the steps of each segment of 1 to `maxLength` real steps: [B,T,K] → [B,T,L,K], by additions only, so that long
 * sequences lose no precision. With emissions that `restrict` made, segments keep to what is known of their steps.
 */
export function sumOverSegments({ values, mask }: Sequence, maxLength: number): SegmentScores {
  dims('sumOverSegments', { emissions: [values, 'B T K'], mask: [mask, 'B T'] });
  count('sumOverSegments', 'maxLength', maxLength);
  return tf.tidy(() => {
    const real = asMask(mask);
    return { values: sumOverSegmentsOp({ values, mask: real }, { maxLength })[0] as tf.Tensor4D, mask: real };
  });
}

function composed(values: tf.Tensor3D, mask: tf.Tensor2D, maxLength: number): tf.Tensor {
  const [B, T, K] = values.shape;
  const own = keepWhere(mask, values);
  const steps = tf.add<tf.Tensor2D>(tf.range(0, T, 1, 'int32'), tf.zeros([B, T], 'int32'));
  const rows = tf.add(knownBefore(steps, mask), tf.reshape(tf.range(0, B * T, T, 'int32'), [B, 1]));
  const previous = tf.reshape<tf.Rank.R1>(rows, [B * T]);
  const exists = tf.logicalAnd<tf.Tensor2D>(mask, before(mask));
  const sums = [own];
  for (let length = 2; length <= maxLength; length++) {
    const shorter = tf.gather(tf.reshape(sums.at(-1)!, [B * T, K]), previous);
    sums.push(tf.add(own, keepWhere(exists, tf.reshape(shorter, [B, T, K]))));
  }
  return tf.stack(sums, 2);
}
