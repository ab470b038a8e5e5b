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
import type { Decoded, DecodedStep, Translator } from '../seq2seq/translator.js';
import { notEmpty } from '../sequence-shape.js';
import { DecoderBlock } from './decoder-block.js';
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
export class Transformer extends Module implements Translator<Reading> {
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
    if (!decoder.blocks.some((block) => block instanceof DecoderBlock))
      throw new OptionError('Transformer', '`decoder` has no DecoderBlock: nothing in it would read the source');
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
    return this.decode(batch).logits;
  }

  /** `forward` with what led to the logits; the weights are those of the last DecoderBlock. */
  decode(batch: TranslationBatch): Decoded {
    checkTranslation('Transformer.decode', batch);
    const { target, targetMask } = batch;
    const { memories } = this.encode(batch);
    const read = scaled(this.target.forward(target));
    const { output, weights } = this.decoder.forward(sequence(read, targetMask), memories);
    const said = this.dropout.forward(output.values);
    return { logits: this.#logits(said), output: said, read, weights: weights! };
  }

  /** Mean cross-entropy of every symbol of `target` after the first, given those before it (or what `read` has in their places) → scalar. */
  loss(batch: TranslationBatch): tf.Scalar {
    const { given, next, mask } = taught('Transformer.loss', batch);
    const labelSmoothing = this.training ? this.labelSmoothing : 0;
    return maskedCrossEntropy(this.forward(given), next, mask, { labelSmoothing });
  }

  /** One step of writing: the last symbols [B] int32 → logits [B,V], where the last DecoderBlock looked [B·H,1,S], what the next step takes and what led to the logits. */
  step(symbols: tf.Tensor1D, { memories, state }: Reading): DecodedStep<Reading> {
    const read = scaled(this.target.forward(symbols));
    const next = this.decoder.step(read, memories, state);
    const output = this.dropout.forward(next.output);
    return {
      logits: this.#logits(output),
      output,
      read,
      weights: next.weights!,
      state: { memories, state: next.state },
    };
  }

  /** For any search: the encoder runs once, when the search starts. */
  writer(batch: SourceBatch): Writer<Reading> {
    const { B } = dims('Transformer.writer', { source: [batch.source, 'B S'] });
    return {
      vocabularySize: this.target.vocabularySize,
      rows: B,
      start: (copies) => evaluating(this, () => this.#encode(batch, copies)),
      step: (symbols, reading) => evaluating(this, () => this.step(symbols, reading)),
    };
  }

  /** Writes the likeliest symbol at every step, without dropout. Frees what it makes. */
  greedy(batch: SourceBatch, options: WritingOptions): Promise<Hypothesis[]> {
    return greedy(this.writer(batch), options);
  }

  #logits<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
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
