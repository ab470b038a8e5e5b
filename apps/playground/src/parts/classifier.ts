/** One label for a whole sequence: an encoder, a pooling over its steps, and a score for each class. */
import { AttentionPooling } from '@seqloom/attention';
import { asMask, Module, type Rng, type Sequence } from '@seqloom/core';
import { Linear, maskedCrossEntropy, type StatefulLayer } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import type { ConfusionPicture, LabelResult, MatrixPicture, View } from '../experiment.js';
import { type Setting, withSettings } from './hand.js';

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

/** Which steps counted; `Classifier.picture` fills it. */
export function poolingView(texts: Pick<View, 'title' | 'help'>, axes: readonly [answer: string, step: string]): View {
  return {
    ...texts,
    name: 'pooling',
    axes,
    tokens: 'column',
    touch: `Choose a ${axes[1]} and set how much it counts: the others share what is left, and the answer follows.`,
  };
}

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

  /** `settings` are weights that a person has set, of an input without padding. */
  forward(input: Sequence, settings: readonly Setting[] = []): Classified {
    const states = this.encoder.forward(input).output;
    const found = this.attention?.forward(states) ?? pooled(states, this.#pooling);
    const { output, weights } = this.settable && settings.length > 0 ? asSet(states, found.weights, settings) : found;
    return { logits: this.output.forward(output), weights, states: states.values };
  }

  /** Whether its vector is a mean by weights, so that these can be set. */
  get settable(): boolean {
    return this.#pooling !== 'max';
  }

  /** How much each step counted. */
  picture(answer: string, columns: readonly string[], weights: Float32Array): MatrixPicture {
    const layers = [{ label: 'all', values: weights }];
    return { kind: 'matrix', rows: [answer], columns, layers, scale: 'share', fixed: !this.settable };
  }

  /** Mean cross-entropy of labels [B] → scalar. */
  loss(input: Sequence, labels: tf.Tensor1D): tf.Scalar {
    const { logits } = this.forward(input);
    const targets = tf.expandDims<tf.Tensor2D>(labels, 1);
    return maskedCrossEntropy(tf.expandDims(logits, 1), targets, tf.onesLike(targets));
  }
}

/** The mean with the weights [1,T] as they are set. */
function asSet({ values }: Sequence, weights: tf.Tensor2D, settings: readonly Setting[]): Pooled {
  const set = withSettings(tf.expandDims(weights, 1), settings); // [1,1,T]
  return { output: tf.squeeze(tf.matMul(set, values), [1]), weights: tf.squeeze(set, [1]) };
}

interface Pooled {
  readonly output: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
}

function pooled({ values, mask }: Sequence, pooling: PoolingName): Pooled {
  const real = tf.cast(asMask(mask), 'float32');
  const length = tf.sum(real, 1, true); // [B,1]
  if (pooling === 'max') {
    const low = tf.mul(tf.sub(real, 1), 1e9);
    const open = tf.add(values, tf.expandDims(low, 2));
    const from = tf.oneHot(tf.argMax(open, 1), values.shape[1]); // [B,U,T]
    return { output: tf.max(open, 1), weights: tf.mean(tf.cast(from, 'float32'), 1) }; // how many features are from each step
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
