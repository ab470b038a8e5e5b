/** Sequence to sequence: read, attend, write. */
import type { Memory, Rng } from '@seqloom/core';
import { dims, knownOptions, Module, ShapeError, sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import type { Embedding } from '../embedding.js';
import { evaluating } from '../evaluating.js';
import { Linear } from '../linear.js';
import { maskedCrossEntropy } from '../losses/masked-cross-entropy.js';
import { layerOf, type StatefulLayer } from '../recurrent/bidirectional.js';
import { repeatRows } from '../search/state-rows.js';
import type { Writer } from '../search/writer.js';
import { notEmpty } from '../sequence-shape.js';
import type { AttentiveDecoder, DecoderState } from './attentive-decoder.js';
import { type GreedyOptions, greedyTranscripts, type Transcript } from './greedy-decode.js';
import { StateBridge } from './state-bridge.js';

export interface EncoderDecoderOptions<E, D, Keys> {
  source: Embedding;
  target: Embedding;
  /** Any sequence layer with a known first state, in one or both directions. */
  encoder: StatefulLayer<E>;
  decoder: AttentiveDecoder<D, Keys>;
  /** The dropout rate on both embeddings and on what the decoder says. */
  dropout?: number;
  rng?: Rng;
}

/** Token ids to read, and which of them are real (all, unless told). */
export interface SourceBatch {
  source: tf.Tensor2D; // [B,S] int32
  sourceMask?: tf.Tensor2D; // [B,S]
}

/** A pair of sides; `target` begins with the start symbol and ends with the end symbol. */
export interface TranslationBatch extends SourceBatch {
  target: tf.Tensor2D; // [B,T] int32
  targetMask?: tf.Tensor2D; // [B,T]
}

/** An encoder and a decoder that attends to what it made (arXiv:1409.0473), joined by a learned bridge between their states. */
export class EncoderDecoder<E, D, Keys> extends Module {
  readonly source: Embedding;
  readonly target: Embedding;
  readonly encoder: StatefulLayer<E>;
  readonly decoder: AttentiveDecoder<D, Keys>;
  readonly bridge: StateBridge<E, D>;
  readonly output: Linear; // decoder output → logits over the target vocabulary
  readonly dropout: Dropout;

  constructor(options: EncoderDecoderOptions<E, D, Keys>) {
    super();
    knownOptions('EncoderDecoder', options, ['source', 'target', 'encoder', 'decoder', 'dropout', 'rng']);
    const { source, target, encoder, decoder, dropout = 0, rng } = options;
    this.source = source;
    this.target = target;
    this.encoder = layerOf('EncoderDecoder', 'encoder', encoder);
    this.decoder = decoder;
    this.bridge = new StateBridge({ encoder, decoder: decoder.cell, rng });
    this.output = new Linear({ inputSize: decoder.outputSize, outputSize: target.vocabularySize, rng });
    this.dropout = new Dropout({ rate: dropout, rng });
  }

  /** Reads the sources: what the decoder attends to, and its first state. */
  encode(batch: SourceBatch): Encoded<D, Keys> {
    return this.#encode(batch, 1);
  }

  #encode({ source, sourceMask }: SourceBatch, copies: number): Encoded<D, Keys> {
    const { B } = dims('EncoderDecoder.encode', { source: [source, 'B S'], sourceMask: [sourceMask ?? source, 'B S'] });
    notEmpty('EncoderDecoder.encode', 'source', source);
    const read = this.dropout.forward(this.source.forward(source));
    const { output, state } = this.encoder.forward(sequence(read, sourceMask));
    const memory = this.decoder.remember(repeatRows(output, B, copies));
    return { memory, state: this.decoder.start(repeatRows(this.bridge.forward(state), B, copies)) };
  }

  /** Teacher forcing: the decoder reads `target` [B,T] as it is → logits [B,T,V] of the symbol after each; anything where `targetMask` is 0. */
  forward(batch: TranslationBatch): tf.Tensor3D {
    check('EncoderDecoder.forward', batch);
    const { memory, state } = this.encode(batch);
    const read = this.dropout.forward(this.target.forward(batch.target));
    const { output } = this.decoder.forward(sequence(read, batch.targetMask), state, memory);
    return this.output.forward(this.dropout.forward(output.values));
  }

  /** Mean cross-entropy of every symbol of `target` after the first, given those before it → scalar. */
  loss(batch: TranslationBatch): tf.Scalar {
    const { B, T } = check('EncoderDecoder.loss', batch);
    if (T < 2)
      throw new ShapeError('EncoderDecoder.loss', '`target` must be at least the start and one more symbol long');
    const given = tf.slice(batch.target, [0, 0], [B, T - 1]);
    const next = tf.slice(batch.target, [0, 1], [B, T - 1]);
    const mask = batch.targetMask
      ? tf.slice(batch.targetMask, [0, 1], [B, T - 1])
      : tf.ones<tf.Rank.R2>([B, T - 1], 'bool');
    return maskedCrossEntropy(this.forward({ ...batch, target: given, targetMask: mask }), next, mask);
  }

  /** One step of writing: the last symbols [B] int32 → logits [B,V], the alignment and the next state. */
  step(
    symbols: tf.Tensor1D,
    { memory, state }: Encoded<D, Keys>,
  ): { logits: tf.Tensor2D; weights: tf.Tensor3D; state: DecoderState<D> } {
    const read = this.dropout.forward(this.target.forward(symbols));
    const next = this.decoder.step(read, state, memory);
    return { logits: this.output.forward(this.dropout.forward(next.output)), weights: next.weights, state: next.state };
  }

  /** For any search: the encoder runs once, when the search starts. */
  writer(batch: SourceBatch): Writer<Encoded<D, Keys>> {
    const { B } = dims('EncoderDecoder.writer', { source: [batch.source, 'B S'] });
    return {
      vocabularySize: this.target.vocabularySize,
      rows: B,
      start: (copies) => evaluating(this, () => this.#encode(batch, copies)),
      step: (symbols, encoded) =>
        evaluating(this, () => {
          const next = this.step(symbols, encoded);
          return { ...next, state: { memory: encoded.memory, state: next.state } };
        }),
    };
  }

  /** Writes the likeliest symbol at every step, without dropout; stops when every row has said `end`. Frees what it makes. */
  async greedy(batch: SourceBatch, options: GreedyOptions): Promise<Transcript[]> {
    return greedyTranscripts(this.writer(batch), options);
  }
}

/** What the decoder needs of the sources. */
export interface Encoded<D, Keys> {
  readonly memory: Memory<Keys>;
  readonly state: DecoderState<D>;
}

function check(where: string, { source, sourceMask, target, targetMask }: TranslationBatch): { B: number; T: number } {
  const sizes = dims(where, {
    source: [source, 'B S'],
    sourceMask: [sourceMask ?? source, 'B S'],
    target: [target, 'B T'],
    targetMask: [targetMask ?? target, 'B T'],
  });
  notEmpty(where, 'source', source);
  notEmpty(where, 'target', target);
  return sizes;
}
