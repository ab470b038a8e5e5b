/** A block of a decoder-only Transformer. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import { asMask, dims, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { type BlockOptions, blockParts } from './block-options.js';
import { CausalAttention } from './causal-attention.js';
import type { FeedForward } from './feed-forward.js';
import type { KeyValueCache } from './key-value-cache.js';
import { packed } from './pack-steps.js';
import type { Residual } from './residual.js';

/**
 * Every step looks at itself and the real steps before it, so that it can stream: its state is the keys and values that it has seen. Distances count
 * real steps: padding, wherever it lies, is not there. input [B,T,D] → [B,T,D].
 */
export class CausalBlock extends Module implements RecurrentLayer<KeyValueCache> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly attention: CausalAttention;
  readonly attentionResidual: Residual;
  readonly feedForward: FeedForward;
  readonly feedForwardResidual: Residual;

  constructor(options: BlockOptions) {
    super();
    const parts = blockParts('CausalBlock', options);
    this.inputSize = parts.size;
    this.outputSize = parts.size;
    this.attention = new CausalAttention({ size: parts.size, attention: parts.attention('self') });
    this.attentionResidual = parts.residual();
    this.feedForward = parts.feedForward();
    this.feedForwardResidual = parts.residual();
  }

  initialState(batch: number): KeyValueCache {
    return this.attention.initialState(batch);
  }

  /** Throws ShapeError. */
  forward(input: Sequence, initial?: KeyValueCache): { output: Sequence; state: KeyValueCache; weights: tf.Tensor3D } {
    sequenceShape('CausalBlock.forward', input, this.inputSize);
    const { values, mask, restore } = packed(input);
    const { output, state, weights } = this.#through(values, (each) =>
      this.attention.forward({ values: each, mask }, initial),
    );
    return { output: { values: restore(output), mask: asMask(input.mask) }, state, weights };
  }

  /** x [B,D] → [B,D]. Throws ShapeError. */
  step(x: tf.Tensor2D, state: KeyValueCache): { output: tf.Tensor2D; state: KeyValueCache; weights: tf.Tensor3D } {
    const { B } = dims('CausalBlock.step', { x: [x, `B ${this.inputSize}`], state: [state.keys, 'B _ _'] });
    const mask = tf.ones<tf.Rank.R2>([B, 1], 'bool');
    const next = this.#through(tf.expandDims(x, 1), (values) => this.attention.step({ values, mask }, state));
    return { ...next, output: tf.squeeze(next.output, [1]) };
  }

  #through(x: tf.Tensor3D, look: (x: tf.Tensor3D) => ReturnType<CausalAttention['step']>) {
    let looked: ReturnType<CausalAttention['step']>;
    const attended = this.attentionResidual.forward(x, (values) => {
      looked = look(values);
      return looked.context;
    });
    const output = this.feedForwardResidual.forward(attended, (values) => this.feedForward.forward(values));
    return { output, state: looked!.state, weights: looked!.weights };
  }
}
