/** Sequence to sequence by attention alone. */
import type { Rng, SequenceLayer } from '@seqloom/core';
import { dims, knownOptions, Module, OptionError, sequence, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import type { Embedding } from '../embedding.js';
import { evaluating } from '../evaluating.js';
import { Linear } from '../linear.js';
import { maskedCrossEntropy } from '../losses/masked-cross-entropy.js';
import { greedy } from '../search/greedy.js';
import type { Hypothesis } from '../search/hypothesis.js';
import { repeatRows } from '../search/state-rows.js';
import type { Writer } from '../search/writer.js';
import type { WritingOptions } from '../search/writing-options.js';
import { checkTranslation, type SourceBatch, type TranslationBatch, taught } from '../seq2seq/translation-batch.js';
import { notEmpty } from '../sequence-shape.js';
import type { Memories, TransformerDecoder } from './transformer-decoder.js';
import type { StackState } from './transformer-stack.js';

export interface TransformerOptions {
  /** Of the source's symbols; the same object as `target` ties both. */
  source: Embedding;
  target: Embedding;
  /** A TransformerEncoder, or any other sequence layer of as many features as the decoder reads. */
  encoder: SequenceLayer<unknown>;
  decoder: TransformerDecoder;
  /** Whether the target's embedding is the output's matrix too (arXiv:1608.05859); true unless told. */
  tied?: boolean;
  /** The dropout rate of what the decoder says. */
  dropout?: number;
  /** The share of each target that the loss spreads over all symbols while training; 0 unless told. arXiv:1512.00567 */
  labelSmoothing?: number;
  rng?: Rng;
}

/** What the decoder needs of the sources, and how far it is. */
export interface Reading {
  readonly memories: Memories;
  readonly state: StackState;
}

/** An encoder and a decoder that attends to what it made. Embeddings are scaled by √size, as in the paper. arXiv:1706.03762 */
export class Transformer extends Module {
  readonly source: Embedding;
  readonly target: Embedding;
  readonly encoder: SequenceLayer<unknown>;
  readonly decoder: TransformerDecoder;
  readonly output: Linear | undefined; // where it is not the target's embedding
  readonly dropout: Dropout;
  readonly labelSmoothing: number;

  constructor(options: TransformerOptions) {
    super();
    knownOptions('Transformer', options, known);
    const { source, target, encoder, decoder, tied = true, dropout = 0, labelSmoothing = 0, rng } = options;
    if (tied && decoder.outputSize !== target.size) {
      const problem = `tied embeddings of ${target.size} features cannot read the ${decoder.outputSize} of the decoder`;
      throw new OptionError('Transformer', problem, { hint: 'set `tied: false`' });
    }
    this.source = source;
    this.target = target;
    this.encoder = encoder;
    this.decoder = decoder;
    const sizes = { inputSize: decoder.outputSize, outputSize: target.vocabularySize };
    this.output = tied ? undefined : new Linear({ ...sizes, rng });
    this.dropout = new Dropout({ rate: dropout, rng });
    this.labelSmoothing = within('Transformer', 'labelSmoothing', labelSmoothing, 0, 1);
  }

  /** Reads the sources: what the decoder attends to, and its first state. */
  encode(batch: SourceBatch): Reading {
    return this.#encode(batch, 1);
  }

  #encode({ source, sourceMask }: SourceBatch, copies: number): Reading {
    const { B } = dims('Transformer.encode', { source: [source, 'B S'], sourceMask: [sourceMask ?? source, 'B S'] });
    notEmpty('Transformer.encode', 'source', source);
    const { output } = this.encoder.forward(sequence(scaled(this.source.forward(source)), sourceMask));
    const memories = this.decoder.remember(repeatRows(output, B, copies));
    return { memories, state: this.decoder.initialState(B * copies) };
  }

  /** Teacher forcing: the decoder reads `target` [B,T] as it is → logits [B,T,V] of the symbol after each; anything where `targetMask` is 0. */
  forward(batch: TranslationBatch): tf.Tensor3D {
    checkTranslation('Transformer.forward', batch);
    const { target, targetMask } = batch;
    const { memories } = this.encode(batch);
    const { output } = this.decoder.forward(sequence(scaled(this.target.forward(target)), targetMask), memories);
    return this.#logits(output.values);
  }

  /** Mean cross-entropy of every symbol of `target` after the first, given those before it (or what `read` has in their places) → scalar. */
  loss(batch: TranslationBatch): tf.Scalar {
    const { given, next, mask } = taught('Transformer.loss', batch);
    const labelSmoothing = this.training ? this.labelSmoothing : 0;
    return maskedCrossEntropy(this.forward(given), next, mask, { labelSmoothing });
  }

  /** One step of writing: the last symbols [B] int32 → logits [B,V], where the last block looked [B·H,1,S] and what comes next. */
  step(
    symbols: tf.Tensor1D,
    { memories, state }: Reading,
  ): { logits: tf.Tensor2D; weights?: tf.Tensor3D | undefined; state: Reading } {
    const next = this.decoder.step(scaled(this.target.forward(symbols)), memories, state);
    const { weights } = next;
    return { logits: this.#logits(next.output), ...(weights && { weights }), state: { memories, state: next.state } };
  }

  /** For any search: the encoder runs once, when the search starts. */
  writer(batch: SourceBatch): Writer<Reading> {
    const { B } = dims('Transformer.writer', { source: [batch.source, 'B S'] });
    return {
      vocabularySize: this.target.vocabularySize,
      rows: B,
      start: (copies) => evaluating(this, () => this.#encode(batch, copies)),
      step: (symbols, reading) => evaluating(this, () => this.step(symbols, reading) as never),
    };
  }

  /** Writes the likeliest symbol at every step, without dropout. Frees what it makes. */
  greedy(batch: SourceBatch, options: WritingOptions): Promise<Hypothesis[]> {
    return greedy(this.writer(batch), options);
  }

  #logits<X extends tf.Tensor2D | tf.Tensor3D>(said: X): X {
    const x = this.dropout.forward(said);
    if (this.output) return this.output.forward(x);
    const { vocabularySize, size, weight } = this.target;
    const rows = tf.matMul(tf.reshape(x, [-1, size]), weight as tf.Tensor2D, false, true);
    return tf.reshape(rows, [...x.shape.slice(0, -1), vocabularySize] as never) as X;
  }
}

const known = ['source', 'target', 'encoder', 'decoder', 'tied', 'dropout', 'labelSmoothing', 'rng'];

function scaled<X extends tf.Tensor>(embedded: X): X {
  return tf.mul(embedded, Math.sqrt(embedded.shape.at(-1)!));
}
