/** Tags for the steps of a sequence and a label for the whole of it, from one encoder. */
import { AttentionPooling } from '@seqloom/attention';
import { Module, type Rng, type Sequence, type SequenceLayer } from '@seqloom/core';
import { Dropout, Linear, maskedCrossEntropy, type TagHead } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';

export interface JointNetworkOptions {
  encoder: Module & SequenceLayer<unknown>;
  head: TagHead;
  tags: number;
  labels: number;
  dropout: number;
  rng: Rng;
}

/** Encoder → emissions → head, and encoder → attention pooling → labels (arXiv:1609.01454). */
export class JointNetwork extends Module {
  readonly encoder: Module & SequenceLayer<unknown>;
  readonly head: TagHead;
  readonly pooling: AttentionPooling;
  readonly emission: Linear;
  readonly label: Linear;
  readonly dropout: Dropout;

  constructor({ encoder, head, tags, labels, dropout, rng }: JointNetworkOptions) {
    super();
    const size = encoder.outputSize;
    this.encoder = encoder;
    this.head = head;
    this.pooling = new AttentionPooling({ keySize: size, size, rng });
    this.emission = new Linear({ inputSize: size, outputSize: tags, rng });
    this.label = new Linear({ inputSize: size, outputSize: labels, rng });
    this.dropout = new Dropout({ rate: dropout, rng });
  }

  /** input [B,T,D] → emissions [B,T,K] of the tags and logits [B,C] of the labels. */
  forward(input: Sequence): { emissions: Sequence; logits: tf.Tensor2D } {
    const { values, mask } = this.encoder.forward(input).output;
    const pooled = this.pooling.forward({ values, mask }).output;
    const emissions = { values: this.emission.forward(this.dropout.forward(values)), mask };
    return { emissions, logits: this.label.forward(this.dropout.forward(pooled)) };
  }

  /** The head's loss of tags [B,T] and the mean cross-entropy of labels [B], together → scalar. */
  loss(input: Sequence, tags: tf.Tensor2D, labels: readonly number[]): tf.Scalar {
    const { emissions, logits } = this.forward(input);
    const [B, ids] = [labels.length, tf.tensor2d([...labels], [labels.length, 1], 'int32')];
    const label = maskedCrossEntropy(tf.expandDims(logits, 1), ids, tf.ones([B, 1], 'bool'));
    return tf.add(this.head.loss(emissions, tags), label);
  }
}
