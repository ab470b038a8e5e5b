/** Sequence to sequence: read, attend, write. */
import type { Memory, Rng } from '@seqloom/core';
import { dims, knownOptions, Module, sequence, within } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
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
import { StateBridge } from './state-bridge.js';
import { type GreedyOptions, greedyTranscripts, type Transcript } from './transcript.js';
import { checkTranslation, type SourceBatch, type TranslationBatch, taught } from './translation-batch.js';
import type { Decoded, DecodedStep, Translator } from './translator.js';

export interface EncoderDecoderOptions<E, D, Keys> {
  source: Embedding;
  target: Embedding;
  /** Any sequence layer with a known first state, in one or both directions. */
  encoder: StatefulLayer<E>;
  decoder: AttentiveDecoder<D, Keys>;
  /** The dropout rate on both embeddings and on what the decoder says. */
  dropout?: number;
  /** The share of each target that the loss spreads over all symbols while training; 0 unless told. arXiv:1512.00567 */
  labelSmoothing?: number;
  rng?: Rng;
}

/** An encoder and a decoder that attends to what it made (arXiv:1409.0473), joined by a learned bridge between their states. */
export class EncoderDecoder<E, D, Keys> extends Module implements Translator<Encoded<D, Keys>> {
  readonly source: Embedding;
  readonly target: Embedding;
  readonly encoder: StatefulLayer<E>;
  readonly decoder: AttentiveDecoder<D, Keys>;
  readonly bridge: StateBridge<E, D>;
  readonly output: Linear; // decoder output → logits over the target vocabulary
  readonly dropout: Dropout;
  readonly labelSmoothing: number;

  constructor(options: EncoderDecoderOptions<E, D, Keys>) {
    super();
    knownOptions('EncoderDecoder', options, known);
    const { source, target, encoder, decoder, dropout = 0, labelSmoothing = 0, rng } = options;
    this.source = source;
    this.target = target;
    this.encoder = layerOf('EncoderDecoder', 'encoder', encoder);
    this.decoder = decoder;
    this.bridge = new StateBridge({ encoder, decoder: decoder.cell, rng });
    this.output = new Linear({ inputSize: decoder.outputSize, outputSize: target.vocabularySize, rng });
    this.dropout = new Dropout({ rate: dropout, rng });
    this.labelSmoothing = within('EncoderDecoder', 'labelSmoothing', labelSmoothing, 0, 1);
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
    return this.decode(batch).logits;
  }

  /** `forward` with what led to the logits. */
  decode(batch: TranslationBatch): Decoded {
    checkTranslation('EncoderDecoder.decode', batch);
    const { memory, state } = this.encode(batch);
    const read = this.dropout.forward(this.target.forward(batch.target));
    const { output, weights } = this.decoder.forward(sequence(read, batch.targetMask), state, memory);
    const said = this.dropout.forward(output.values);
    return { logits: this.output.forward(said), output: said, read, weights };
  }

  /** Mean cross-entropy of every symbol of `target` after the first, given those before it (or what `read` has in their places) → scalar. */
  loss(batch: TranslationBatch): tf.Scalar {
    const { given, next, mask } = taught('EncoderDecoder.loss', batch);
    const smoothing = this.training ? this.labelSmoothing : 0;
    return maskedCrossEntropy(this.forward(given), next, mask, { labelSmoothing: smoothing });
  }

  /** One step of writing: the last symbols [B] int32 → logits [B,V], the alignment, what the next step takes and what led to the logits. */
  step(symbols: tf.Tensor1D, { memory, state }: Encoded<D, Keys>): DecodedStep<Encoded<D, Keys>> {
    const read = this.dropout.forward(this.target.forward(symbols));
    const next = this.decoder.step(read, state, memory);
    const output = this.dropout.forward(next.output);
    const { weights } = next;
    return { logits: this.output.forward(output), output, read, weights, state: { memory, state: next.state } };
  }

  /** For any search: the encoder runs once, when the search starts. */
  writer(batch: SourceBatch): Writer<Encoded<D, Keys>> {
    const { B } = dims('EncoderDecoder.writer', { source: [batch.source, 'B S'] });
    return {
      vocabularySize: this.target.vocabularySize,
      rows: B,
      start: (copies) => evaluating(this, () => this.#encode(batch, copies)),
      step: (symbols, encoded) => evaluating(this, () => this.step(symbols, encoded)),
    };
  }

  /** Writes the likeliest symbol at every step, without dropout; stops when every row has said `end`. Frees what it makes. */
  async greedy(batch: SourceBatch, options: GreedyOptions): Promise<Transcript[]> {
    return greedyTranscripts(this.writer(batch), options);
  }
}

const known = ['source', 'target', 'encoder', 'decoder', 'dropout', 'labelSmoothing', 'rng'];

/** What the decoder needs of the sources. */
export interface Encoded<D, Keys> {
  readonly memory: Memory<Keys>;
  readonly state: DecoderState<D>;
}
