/** Sequence labelling: embed, encode, attend, tag. */
import type { Attends, Rng, Sequence, SequenceLayer } from '@seqloom/core';
import { asMask, count, dims, keepWhere, knownOptions, Module, sequence, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import { Linear } from '../linear.js';
import { notEmpty } from '../sequence-shape.js';
import type { TagHead } from './tag-head.js';

/** What makes vectors of tokens: `TokenEmbedding`, or another: ids [B,T,F] int32 → [B,T,outputSize]. */
export interface TokenReader {
  readonly outputSize: number;
  forward(ids: tf.Tensor3D): tf.Tensor3D;
}

export interface TaggingNetworkOptions {
  embeddings: TokenReader;
  /** Any sequence layer over the embeddings. */
  encoder: SequenceLayer<unknown>;
  /** Lets every position look at every other; its context joins the encoder's output. */
  attention?: Attends;
  /** The size of what the attention returns; the encoder's output size unless told. */
  contextSize?: number;
  /** How many tags there are. */
  tags: number;
  /** A CRF, a SoftmaxHead or another. */
  head: TagHead;
  /** The dropout rate before the emissions. */
  dropout?: number;
  rng?: Rng;
}

/** Token ids, the tags to learn, and which tokens are real. */
export interface TaggedBatch {
  tokens: tf.Tensor3D; // [B,T,F] int32
  mask: tf.Tensor2D; // [B,T]
  labels: tf.Tensor2D; // [B,T] int32
}

/** Tags every token of a sentence: embeddings → encoder (→ self-attention) → emissions → head. */
export class TaggingNetwork extends Module {
  readonly embeddings: TokenReader;
  readonly encoder: SequenceLayer<unknown>;
  readonly attention: Attends | undefined;
  readonly emission: Linear;
  readonly head: TagHead;
  readonly dropout: Dropout;

  constructor(options: TaggingNetworkOptions) {
    super();
    knownOptions('TaggingNetwork', options, known);
    const { embeddings, encoder, attention, tags, head, dropout = 0, rng } = options;
    this.embeddings = embeddings;
    this.encoder = encoder;
    this.attention = attention;
    const contextSize = count('TaggingNetwork', 'contextSize', options.contextSize ?? encoder.outputSize);
    const inputSize = encoder.outputSize + (attention ? contextSize : 0);
    this.emission = new Linear({ inputSize, outputSize: count('TaggingNetwork', 'tags', tags), rng });
    this.head = head;
    this.dropout = new Dropout({ rate: dropout, rng });
  }

  /** tokens [B,T,F] and mask [B,T] → emissions [B,T,K], and how much each position looked at each [B,T,T] where there is attention. */
  forward({ tokens, mask }: Omit<TaggedBatch, 'labels'>): { emissions: Sequence; weights?: tf.Tensor3D } {
    dims('TaggingNetwork.forward', { tokens: [tokens, 'B T F'], mask: [mask, 'B T'] });
    notEmpty('TaggingNetwork.forward', 'tokens', tokens);
    const real = asMask(mask);
    const { output } = this.encoder.forward(sequence(this.embeddings.forward(keepWhere(real, tokens)), real));
    const seen = this.attention?.attend(output.values, this.attention.remember(output));
    const read = seen ? tf.concat([output.values, seen.context], 2) : output.values;
    const emissions = { values: this.emission.forward(this.dropout.forward(read)), mask: output.mask };
    return { emissions: zeroPadding(emissions), weights: seen?.weights };
  }

  /** The head's loss over the real tokens → scalar. */
  loss(batch: TaggedBatch): tf.Scalar {
    dims('TaggingNetwork.loss', { tokens: [batch.tokens, 'B T F'], labels: [batch.labels, 'B T'] });
    return this.head.loss(this.forward(batch).emissions, batch.labels);
  }

  /** The best tags [B,T] int32; anything at padding. */
  decode(batch: Omit<TaggedBatch, 'labels'>): tf.Tensor2D {
    return this.head.decode(this.forward(batch).emissions);
  }

  /** The probability of every tag at every position [B,T,K]. */
  marginals(batch: Omit<TaggedBatch, 'labels'>): tf.Tensor3D {
    return this.head.marginals(this.forward(batch).emissions);
  }
}

const known = ['embeddings', 'encoder', 'attention', 'contextSize', 'tags', 'head', 'dropout', 'rng'];
