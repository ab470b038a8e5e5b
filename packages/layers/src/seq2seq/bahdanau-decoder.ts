/** A decoder that attends before its recurrent step (Bahdanau et al. 2014). */
import type { Attends, Memory, Rng, Sequence } from '@seqloom/core';
import { count, knownOptions, Module, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import type { RecurrentCell } from '../recurrent/recurrent-cell.js';
import { sequenceShape } from '../sequence-shape.js';
import type { AttentiveDecoder, DecoderState } from './attentive-decoder.js';
import { decodeStepwise } from './decode-stepwise.js';
import { batchOf, decoderParts } from './decoder-parts.js';

export interface BahdanauDecoderOptions<S, Keys> {
  /** Any cell or one-way network; reads [x; context]. */
  cell: RecurrentCell<S>;
  attention: Attends<Keys>;
  /** The size of what the attention returns. */
  contextSize: number;
  /** The size of x. */
  inputSize: number;
  /** The cell's output size unless told. */
  outputSize?: number;
  rng?: Rng;
}

/**
 * Bahdanau's decoder (arXiv:1409.0473): c_t = attend(s_{t−1}), s_t = cell([x_t; c_t]), output_t = tanh(W[s_t; c_t; x_t] + b). The attention
 * sees the alignment of the step before. What it returns is always fed to the cell: there is nothing to switch on as with Luong's input feeding.
 */
export class BahdanauDecoder<S, Keys> extends Module implements AttentiveDecoder<S, Keys> {
  readonly outputSize: number;
  readonly cell: RecurrentCell<S>;
  readonly attention: Attends<Keys>;
  readonly combine: Linear;

  constructor(options: BahdanauDecoderOptions<S, Keys>) {
    super();
    knownOptions('BahdanauDecoder', options, ['cell', 'attention', 'contextSize', 'inputSize', 'outputSize', 'rng']);
    const { cell, attention, contextSize, inputSize, rng } = options;
    decoderParts('BahdanauDecoder', options, { inputSize, contextSize });
    this.outputSize = count('BahdanauDecoder', 'outputSize', options.outputSize ?? cell.outputSize);
    this.cell = cell;
    this.attention = attention;
    const combined = cell.outputSize + contextSize + inputSize;
    this.combine = new Linear({ inputSize: combined, outputSize: this.outputSize, rng });
  }

  remember(memory: Sequence): Memory<Keys> {
    return this.attention.remember(memory);
  }

  /** The first query is the output that belongs to the cell's state, or 0 for a cell that cannot tell. */
  start(cell: S): DecoderState<S> {
    return { cell, feed: this.cell.read?.(cell) ?? tf.zeros([batchOf(cell), this.cell.outputSize]) };
  }

  step(
    x: tf.Tensor2D,
    state: DecoderState<S>,
    memory: Memory<Keys>,
  ): { output: tf.Tensor2D; weights: tf.Tensor3D; state: DecoderState<S> } {
    const next = this.#advance(x, state, memory);
    return { ...next, output: this.#readout(next.output, x) };
  }

  forward(input: Sequence, state: DecoderState<S>, memory: Memory<Keys>): { output: Sequence; weights: tf.Tensor3D } {
    sequenceShape('BahdanauDecoder.forward', input);
    const { output, weights } = decodeStepwise(input, state, (x, previous) => this.#advance(x, previous, memory));
    const values = this.#readout(output.values, zeroPadding(input).values);
    return { output: zeroPadding({ values, mask: input.mask }), weights };
  }

  /** One step up to [s_t; c_t] (`output`): what comes after it does not feed back. */
  #advance(x: tf.Tensor2D, state: DecoderState<S>, memory: Memory<Keys>) {
    const query = tf.expandDims<tf.Tensor3D>(state.feed, 1); // [B,1,U]
    const { context, ...alignment } = this.attention.attend(query, memory, { previous: state.alignment });
    const flat = tf.squeeze<tf.Tensor2D>(context, [1]);
    const { output: hidden, state: cell } = this.cell.step(tf.concat([x, flat], 1), state.cell);
    const next = { cell, feed: hidden, alignment };
    return { output: tf.concat([hidden, flat], 1), weights: alignment.weights, state: next };
  }

  #readout<X extends tf.Tensor2D | tf.Tensor3D>(advanced: X, x: X): X {
    return tf.tanh(this.combine.forward(tf.concat([advanced as tf.Tensor, x], -1) as X));
  }
}
