/** What comes next: embedding → any causal layer → logits, and the writer that makes text of it. */
import { dims, lengthMask, Module, type Rng, type Sequence } from '@seqloom/core';
import { padIds } from '@seqloom/data/to-tensors';
import { Dropout, Embedding, Linear, maskedCrossEntropy, type Writer } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { CausalLayer } from '../causal-layers.js';

export interface NextTokenSizes {
  vocabularySize: number;
  embeddingSize: number;
  dropout: number;
  rng: Rng;
}

/** What the writer carries: the layer's state, and before the first step the last token of each prompt. */
interface Reading {
  readonly layer: unknown;
  readonly last?: tf.Tensor1D;
}

export class NextTokenNetwork extends Module {
  readonly embedding: Embedding;
  readonly layer: CausalLayer;
  readonly output: Linear;
  readonly dropout: Dropout;

  constructor(layer: CausalLayer, { vocabularySize, embeddingSize, dropout, rng }: NextTokenSizes) {
    super();
    this.embedding = new Embedding({ vocabularySize, size: embeddingSize, rng });
    this.layer = layer;
    this.output = new Linear({ inputSize: layer.outputSize, outputSize: vocabularySize, rng });
    this.dropout = new Dropout({ rate: dropout, rng });
  }

  /** ids [B,T] int32 and their mask → logits [B,T,V] of what comes after each, and the state to go on from. */
  forward(ids: tf.Tensor2D, mask: tf.Tensor2D, initial?: unknown): { logits: Sequence; state: unknown } {
    dims('NextTokenNetwork.forward', { ids: [ids, 'B T'], mask: [mask, 'B T'] });
    const read = this.dropout.forward(this.embedding.forward(ids));
    const { output, state } = this.layer.forward({ values: read, mask }, initial);
    return { logits: { values: this.output.forward(this.dropout.forward(output.values)), mask }, state };
  }

  /** Mean cross-entropy of ids [B,T] after the first of each row (of those `counted`), given those before → scalar, and the state after all but the last. */
  loss(
    ids: tf.Tensor2D,
    mask: tf.Tensor2D,
    { initial, counted = mask }: { initial?: unknown; counted?: tf.Tensor2D } = {},
  ): { loss: tf.Scalar; state: unknown } {
    const [B, T] = ids.shape;
    const later = (tensor: tf.Tensor2D) => tf.slice(tensor, [0, 1], [B, T - 1]);
    const { logits, state } = this.forward(tf.slice(ids, [0, 0], [B, T - 1]), later(mask), initial);
    return { loss: maskedCrossEntropy(logits.values, later(ids), later(counted)), state };
  }

  /** Goes on from prompts, rows of at least one id each; the start symbol of a search is not read. */
  writer(prompts: readonly (readonly number[])[]): Writer<Reading> {
    const start = (copies: number) => {
      const rows = prompts.flatMap((ids) => new Array<readonly number[]>(copies).fill(ids));
      const { ids } = padIds(rows);
      const before = lengthMask(
        rows.map(({ length }) => length - 1),
        ids.shape[1],
      );
      const { state } = this.layer.forward({ values: this.embedding.forward(ids), mask: before });
      return {
        layer: state,
        last: tf.tensor1d(
          rows.map((row) => row.at(-1)!),
          'int32',
        ),
      };
    };
    const step = (symbols: tf.Tensor1D, { layer, last }: Reading) => {
      const { output, state } = this.layer.step(this.embedding.forward(last ?? symbols), layer);
      return { logits: this.output.forward(output), state: { layer: state } };
    };
    return { vocabularySize: this.embedding.vocabularySize, rows: prompts.length, start, step };
  }
}
