/** A whole sequence to one of several classes. */
import { AttentionPooling } from '@seqloom/attention';
import { keepWhere, Module, oneOf, type Rng, type Sequence, type SequenceLayer } from '@seqloom/core';
import { Dropout, Linear, maskedCrossEntropy } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

/** How the steps of a sequence become one vector: weighed by what they are worth (a learned query), their mean, or the largest of each number. */
export type PoolingName = 'attention' | 'mean' | 'max';

export interface ClassificationNetworkOptions {
  encoder: Module & SequenceLayer<unknown>;
  pooling: PoolingName;
  classes: number;
  dropout: number;
  rng: Rng;
}

/** Encoder → pooling → dropout → logits. */
export class ClassificationNetwork extends Module {
  readonly encoder: Module & SequenceLayer<unknown>;
  readonly attention: AttentionPooling | undefined;
  readonly dropout: Dropout;
  readonly output: Linear;
  readonly #pooling: PoolingName;

  constructor({ encoder, pooling, classes, dropout, rng }: ClassificationNetworkOptions) {
    super();
    this.#pooling = oneOf('ClassificationNetwork', 'pooling', pooling, ['attention', 'mean', 'max']);
    this.encoder = encoder;
    const size = encoder.outputSize;
    this.attention = pooling === 'attention' ? new AttentionPooling({ keySize: size, size, rng }) : undefined;
    this.dropout = new Dropout({ rate: dropout, rng });
    this.output = new Linear({ inputSize: size, outputSize: classes, rng });
  }

  /** input [B,T,D] → logits [B,C], and how much each step weighed [B,T] where there is attention. */
  forward(input: Sequence): { logits: tf.Tensor2D; weights?: tf.Tensor2D } {
    const { output: steps } = this.encoder.forward(input);
    const { output, weights }: { output: tf.Tensor2D; weights?: tf.Tensor2D } = this.attention
      ? this.attention.forward(steps)
      : { output: this.#pooling === 'mean' ? mean(steps) : largest(steps) };
    return { logits: this.output.forward(this.dropout.forward(output)), weights };
  }

  /** Mean cross-entropy of the classes [B] → scalar. */
  loss(input: Sequence, classes: readonly number[]): tf.Scalar {
    const B = classes.length;
    const logits = tf.expandDims<tf.Tensor3D>(this.forward(input).logits, 1);
    return maskedCrossEntropy(logits, tf.tensor2d([...classes], [B, 1], 'int32'), tf.ones([B, 1], 'bool'));
  }
}

function mean({ values, mask }: Sequence): tf.Tensor2D {
  const lengths = tf.maximum(tf.sum(tf.cast(mask, 'float32'), 1, true), 1);
  return tf.div(tf.sum(keepWhere(mask, values), 1), lengths);
}

function largest({ values, mask }: Sequence): tf.Tensor2D {
  return tf.max(keepWhere(mask, values, -1e9), 1);
}
