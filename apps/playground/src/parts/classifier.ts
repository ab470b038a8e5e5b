/** One label for a whole sequence: an encoder, a pooling over its steps, and a score for each class. */
import { AttentionPooling } from '@seqloom/attention';
import { asMask, Module, type Rng, type Sequence } from '@seqloom/core';
import { Linear, maskedCrossEntropy, type StatefulLayer } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import type { ConfusionPicture, LabelResult } from '../experiment.js';

export const poolingControl = choice({
  label: 'Pooling',
  help: 'How all steps become one vector: weighed by attention, their mean, the largest of each feature, or the last step alone.',
  affects: 'model',
  options: [
    { value: 'attention', label: 'Attention' },
    { value: 'mean', label: 'Mean' },
    { value: 'max', label: 'Maximum' },
    { value: 'last', label: 'Last' },
  ],
  initial: 'attention',
});

export type PoolingName = (typeof poolingControl)['initial'];

export interface ClassifierParts {
  readonly encoder: StatefulLayer<unknown>;
  readonly pooling: PoolingName;
  readonly classes: number;
  readonly rng: Rng;
}

/** What it says of a batch: scores [B,C], how much each step counted [B,T], and the encoder's states [B,T,U]. */
export interface Classified {
  readonly logits: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
  readonly states: tf.Tensor3D;
}

export class Classifier extends Module {
  readonly encoder: StatefulLayer<unknown>;
  readonly attention: AttentionPooling | undefined;
  readonly output: Linear;
  readonly #pooling: PoolingName;

  constructor({ encoder, pooling, classes, rng }: ClassifierParts) {
    super();
    const size = encoder.outputSize;
    this.encoder = encoder;
    this.attention = pooling === 'attention' ? new AttentionPooling({ keySize: size, size: 32, rng }) : undefined;
    this.output = new Linear({ inputSize: size, outputSize: classes, rng });
    this.#pooling = pooling;
  }

  forward(input: Sequence): Classified {
    const states = this.encoder.forward(input).output;
    const { output, weights } = this.attention?.forward(states) ?? pooled(states, this.#pooling);
    return { logits: this.output.forward(output), weights, states: states.values };
  }

  /** Mean cross-entropy of labels [B] → scalar. */
  loss(input: Sequence, labels: tf.Tensor1D): tf.Scalar {
    const { logits } = this.forward(input);
    const targets = tf.expandDims<tf.Tensor2D>(labels, 1);
    return maskedCrossEntropy(tf.expandDims(logits, 1), targets, tf.onesLike(targets));
  }
}

function pooled({ values, mask }: Sequence, pooling: PoolingName): { output: tf.Tensor2D; weights: tf.Tensor2D } {
  const real = tf.cast(asMask(mask), 'float32');
  const length = tf.sum(real, 1, true); // [B,1]
  if (pooling === 'max') {
    const low = tf.mul(tf.sub(real, 1), 1e9);
    const output = tf.max(tf.add(values, tf.expandDims(low, 2)), 1) as tf.Tensor2D;
    return { output, weights: tf.div(real, length) };
  }
  const place = tf.cumsum(real, 1);
  const isLast = tf.mul(real, tf.cast(tf.equal(place, length), 'float32'));
  const weights = (pooling === 'last' ? isLast : tf.div(real, length)) as tf.Tensor2D;
  return { output: tf.sum(tf.mul(values, tf.expandDims(weights, 2)), 1) as tf.Tensor2D, weights };
}

/** The label of scores [C], with the likeliest ones. */
export function labelled(logits: ArrayLike<number>, labels: readonly string[]): LabelResult {
  const most = Math.max(...Array.from(logits));
  const shares = Array.from(logits, (logit) => Math.exp(logit - most));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const likely = labels
    .map((label, c) => [label, shares[c]! / total] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5);
  return { kind: 'label', label: likely[0]![0], likely };
}

/** How often each right label was answered with each label. */
export function confusion(
  right: readonly number[],
  said: readonly number[],
  labels: readonly string[],
): ConfusionPicture {
  const counts = new Float32Array(labels.length ** 2);
  for (const [i, label] of right.entries()) counts[label * labels.length + said[i]!]!++;
  return { kind: 'confusion', labels, counts };
}
