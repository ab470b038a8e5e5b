/** A block of a Transformer decoder that reads what an encoder made. */
import type { Attends, Memory, Sequence } from '@seqloom/core';
import { asMask, dims, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';
import { type BlockOptions, blockParts } from './block-options.js';
import { CausalAttention, type Looked } from './causal-attention.js';
import type { FeedForward } from './feed-forward.js';
import type { KeyValueCache } from './key-value-cache.js';
import { packed } from './pack-steps.js';
import type { Residual } from './residual.js';

/** Causal self-attention, attention to a memory, and a feed-forward network, each with its residual: input [B,T,D] → [B,T,D]. arXiv:1706.03762 */
export class DecoderBlock extends Module {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly attention: CausalAttention;
  readonly attentionResidual: Residual;
  readonly crossAttention: Attends;
  readonly crossResidual: Residual;
  readonly feedForward: FeedForward;
  readonly feedForwardResidual: Residual;

  constructor(options: BlockOptions) {
    super();
    const parts = blockParts('DecoderBlock', options);
    this.inputSize = parts.size;
    this.outputSize = parts.size;
    this.attention = new CausalAttention({ size: parts.size, attention: parts.attention('self') });
    this.attentionResidual = parts.residual();
    this.crossAttention = parts.attention('cross');
    this.crossResidual = parts.residual();
    this.feedForward = parts.feedForward();
    this.feedForwardResidual = parts.residual();
  }

  /** What the encoder made [B,S,D], as the block attends to it: once for a source. */
  remember(source: Sequence): Memory<unknown> {
    return this.crossAttention.remember(source);
  }

  initialState(batch: number): KeyValueCache {
    return this.attention.initialState(batch);
  }

  /** weights [B·H,T,S]: where in the source each step looked. Throws ShapeError. */
  forward(input: Sequence, memory: Memory<unknown>, initial?: KeyValueCache): Read<Sequence> {
    sequenceShape('DecoderBlock.forward', input, this.inputSize);
    const { values, mask, restore, restoreHeads } = packed(input);
    const look = (each: tf.Tensor3D) => this.attention.forward({ values: each, mask }, initial);
    const { output, weights, state } = this.#through(values, memory, look);
    return { output: { values: restore(output), mask: asMask(input.mask) }, weights: restoreHeads(weights), state };
  }

  /** x [B,D] → [B,D], weights [B·H,1,S]. Throws ShapeError. */
  step(x: tf.Tensor2D, memory: Memory<unknown>, state: KeyValueCache): Read<tf.Tensor2D> {
    const { B } = dims('DecoderBlock.step', { x: [x, `B ${this.inputSize}`], state: [state.keys, 'B _ _'] });
    const mask = tf.ones<tf.Rank.R2>([B, 1], 'bool');
    const look = (values: tf.Tensor3D) => this.attention.step({ values, mask }, state);
    const next = this.#through(tf.expandDims(x, 1), memory, look);
    return { ...next, output: tf.squeeze(next.output, [1]) };
  }

  #through(x: tf.Tensor3D, memory: Memory<unknown>, look: (x: tf.Tensor3D) => Looked): Read<tf.Tensor3D> {
    let [state, weights]: [KeyValueCache?, tf.Tensor3D?] = [];
    const own = this.attentionResidual.forward(x, (values) => {
      const looked = look(values);
      state = looked.state;
      return looked.context;
    });
    const read = this.crossResidual.forward(own, (values) => {
      const attended = this.crossAttention.attend(values, memory);
      weights = attended.weights;
      return attended.context;
    });
    const output = this.feedForwardResidual.forward(read, (values) => this.feedForward.forward(values));
    return { output, state: state!, weights: weights! };
  }
}

/** What a decoder block gives. */
export interface Read<Output> {
  readonly output: Output;
  readonly state: KeyValueCache;
  readonly weights: tf.Tensor3D;
}
