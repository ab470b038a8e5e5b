/** What networks that write for a source have in common, whatever is in them. */
import type { Module } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import type { Embedding } from '../embedding.js';
import type { Writer } from '../search/writer.js';
import type { SourceBatch, TranslationBatch } from './translation-batch.js';

/** Writes while it looks at a source: an EncoderDecoder, a Transformer, or a network of one's own. */
export interface Translator<State> extends Module {
  /** Of the target's symbols. */
  readonly target: Embedding;
  /** What says something of each symbol, `outputSize` features. */
  readonly decoder: { readonly outputSize: number };
  /** Teacher forcing: the decoder reads `target` [B,T] as it is. */
  decode(batch: TranslationBatch): Decoded;
  /** One more symbol for each row, [B] int32. */
  step(symbols: tf.Tensor1D, state: State): DecodedStep<State>;
  /** For any search: the encoder runs once, when the search starts. */
  writer(batch: SourceBatch): Writer<State>;
}

/** What a decoder says of known symbols. */
export interface Decoded {
  readonly logits: tf.Tensor3D; // [B,T,V]
  readonly output: tf.Tensor3D; // what the decoder returned [B,T,U]
  readonly read: tf.Tensor3D; // the symbols' vectors [B,T,E]
  readonly weights: tf.Tensor3D; // [B,T,S], or [B·H,T,S] with H heads
}

/** What a decoder says after one more symbol. */
export interface DecodedStep<State> {
  readonly logits: tf.Tensor2D; // [B,V]
  readonly output: tf.Tensor2D; // [B,U]
  readonly read: tf.Tensor2D; // [B,E]
  readonly weights: tf.Tensor3D; // [B,1,S], or [B·H,1,S]
  readonly state: State;
}
