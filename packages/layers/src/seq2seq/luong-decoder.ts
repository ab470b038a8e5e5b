/** A decoder that attends after its recurrent step (Luong et al. 2015). */
import type { Attends, Memory, Rng, Sequence } from '@seqloom/core';
import { count, knownOptions, Module, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { Recurrent } from '../recurrent/recurrent.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { sequenceShape } from '../sequence-shape.js';
import type { AttentiveDecoder, DecoderState } from './attentive-decoder.js';
import { decodeStepwise } from './decode-stepwise.js';
import { batchOf, decoderParts } from './decoder-parts.js';

export interface LuongDecoderOptions<S, Keys> {
  /** Any cell or one-way network; reads [x; previous output] with input feeding and else x. */
  cell: RecurrentCell<S>;
  attention: Attends<Keys>;
  /** The size of what the attention returns. */
  contextSize: number;
  /** The size of x. */
  inputSize: number;
  /** The size of the attentional vector; the cell's output size unless told. */
  outputSize?: number;
  /** Input feeding (arXiv:1508.04025, §3.3): the cell also reads the attentional vector of the step before, so that it knows where it has looked. */
  inputFeeding?: boolean;
  /** Shows the attention the alignment of the step before, for scorers and normalisers that read it. */
  followAlignment?: boolean;
  rng?: Rng;
}

/**
 * Luong's decoder (arXiv:1508.04025): s_t = cell(x_t), c_t = attend(s_t), output_t = tanh(W[s_t; c_t] + b). Where nothing of the attention
 * feeds back, `forward` runs the recurrence as one op over the sequence and attends once with all queries.
 */
export class LuongDecoder<S, Keys> extends Module implements AttentiveDecoder<S, Keys> {
  readonly outputSize: number;
  readonly cell: RecurrentCell<S>;
  readonly attention: Attends<Keys>;
  readonly combine: Linear;
  readonly inputFeeding: boolean;
  readonly followAlignment: boolean;
  readonly #recurrent: Recurrent<S>;

  constructor(options: LuongDecoderOptions<S, Keys>) {
    super();
    knownOptions('LuongDecoder', options, known);
    const { cell, attention, contextSize, inputSize, inputFeeding = false, followAlignment = false, rng } = options;
    const outputSize = options.outputSize ?? cell?.outputSize;
    decoderParts('LuongDecoder', options, { inputSize, ...(inputFeeding ? { outputSize } : {}) });
    this.outputSize = count('LuongDecoder', 'outputSize', outputSize);
    this.cell = cell;
    this.#recurrent = new Recurrent({ cell });
    this.attention = attention;
    this.inputFeeding = inputFeeding;
    this.followAlignment = followAlignment;
    const combined = cell.outputSize + count('LuongDecoder', 'contextSize', contextSize);
    this.combine = new Linear({ inputSize: combined, outputSize, rng });
  }

  remember(memory: Sequence): Memory<Keys> {
    return this.attention.remember(memory);
  }

  start(cell: S): DecoderState<S> {
    return { cell, feed: tf.zeros([batchOf(cell), this.outputSize]) };
  }

  step(
    x: tf.Tensor2D,
    state: DecoderState<S>,
    memory: Memory<Keys>,
  ): { output: tf.Tensor2D; weights: tf.Tensor3D; state: DecoderState<S> } {
    const { output: hidden, state: cell } = this.cell.step(
      this.inputFeeding ? tf.concat([x, state.feed], 1) : x,
      state.cell,
    );
    const query = tf.expandDims<tf.Tensor3D>(hidden, 1); // [B,1,U]
    const previous = this.followAlignment ? state.alignment : undefined;
    const { context, ...alignment } = this.attention.attend(query, memory, { previous });
    const output = tf.tanh(this.combine.forward(tf.concat([hidden, tf.squeeze<tf.Tensor2D>(context, [1])], 1)));
    return { output, weights: alignment.weights, state: { cell, feed: output, alignment } };
  }

  forward(input: Sequence, state: DecoderState<S>, memory: Memory<Keys>): { output: Sequence; weights: tf.Tensor3D } {
    sequenceShape('LuongDecoder.forward', input);
    if (this.inputFeeding || this.followAlignment) {
      return decodeStepwise(input, state, (x, previous) => this.step(x, previous, memory));
    }
    const { values: hidden, mask } = this.#recurrent.forward(input, state.cell).output; // [B,T,U]
    const { context, weights } = this.attention.attend(hidden, memory);
    const values = tf.tanh(this.combine.forward(tf.concat([hidden, context], 2)));
    return { output: zeroPadding({ values, mask }), weights };
  }
}

const known = ['cell', 'attention', 'contextSize', 'inputSize', 'outputSize', 'inputFeeding', 'followAlignment', 'rng'];
