/** A recurrent network that looks at its whole input at every step. */
import { AdditiveScore, Attention, causalMask } from '@seqloom/attention';
import type { Attends, Memory, Rng, Sequence, SequenceLayer } from '@seqloom/core';
import { count, dims, keepWhere, knownOptions, Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { sequenceShape } from '../sequence-shape.js';
import { Recurrent } from './recurrent.js';
import { SimpleRNNCell } from './simple-rnn-cell.js';

export interface AttentiveRNNOptions<Keys> {
  inputSize: number;
  hiddenSize: number;
  outputSize: number;
  /** Units of the additive score; `hiddenSize` unless told. */
  attentionSize?: number;
  /** In place of additive attention: queries of `hiddenSize`, keys and contexts of `inputSize` features. */
  attention?: Attends<Keys>;
  rng?: Rng;
}

/** What an attentive network says about one step, or about all. */
export interface Attentive<X extends tf.Tensor> {
  /** Before the softmax, for losses. */
  logits: X;
  context: X;
  /** How much each step looked at each input, [B,1,T] or [B,T,T]. */
  weights: tf.Tensor3D;
}

/**
 * h_t = tanh(h_{t−1}W_h + x_t W_x + b), e_ti = v·tanh(h_{t−1}W_a + x_i U_a), a_t = softmax(e_t), c_t = Σ_i a_ti x_i, y_t = softmax(c_t W_y + b_y):
 * input [B,T,D] → y [B,T,O].
 */
export class AttentiveRNN<Keys = tf.Tensor3D> extends Module implements SequenceLayer<tf.Tensor2D> {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly recurrent: Recurrent<tf.Tensor2D>;
  readonly attention: Attends<Keys>;
  readonly output: Linear;

  constructor(options: AttentiveRNNOptions<Keys>) {
    super();
    knownOptions('AttentiveRNN', options, known);
    const { inputSize, hiddenSize, outputSize, attentionSize = hiddenSize, attention, rng } = options;
    this.inputSize = count('AttentiveRNN', 'inputSize', inputSize);
    this.outputSize = count('AttentiveRNN', 'outputSize', outputSize);
    this.recurrent = new Recurrent({ cell: new SimpleRNNCell({ inputSize, hiddenSize, rng }) });
    const additive = () => new AdditiveScore({ querySize: hiddenSize, keySize: inputSize, size: attentionSize, rng });
    this.attention = attention ?? (new Attention({ scorer: additive() }) as Attends<unknown> as Attends<Keys>);
    this.output = new Linear({ inputSize, outputSize, rng });
  }

  initialState(batch: number): tf.Tensor2D {
    return this.recurrent.initialState(batch);
  }

  /** Prepares the input [B,T,D] to be looked at. */
  remember(input: Sequence): Memory<Keys> {
    return this.attention.remember(input);
  }

  /** input [B,T,D] → y [B,T,O] (0 at padding), the last real hidden state [B,U], and how it came about; all queries attend at once. */
  forward(input: Sequence, initial?: tf.Tensor2D): { output: Sequence; state: tf.Tensor2D } & Attentive<tf.Tensor3D> {
    const { B } = sequenceShape('AttentiveRNN.forward', input, this.inputSize);
    const start = initial ?? this.initialState(B);
    const { output: hidden, state } = this.recurrent.forward(input, start);
    const seen = this.#look(statesBefore(hidden, start), this.remember(input));
    const logits = keepWhere(input.mask, seen.logits);
    const values = keepWhere(input.mask, tf.softmax(logits));
    return { ...seen, logits, output: { values, mask: input.mask }, state };
  }

  /** One step: x [B,D], h [B,U] and the whole input as remembered → y [B,O] and the next h. */
  step(
    x: tf.Tensor2D,
    hidden: tf.Tensor2D,
    memory: Memory<Keys>,
  ): { output: tf.Tensor2D; state: tf.Tensor2D } & Attentive<tf.Tensor2D> {
    dims('AttentiveRNN.step', { x: [x, `B ${this.inputSize}`], state: [hidden, 'B U'] });
    const { logits, context, weights } = this.#look(tf.expandDims<tf.Tensor3D>(hidden, 1), memory);
    const flat = tf.squeeze<tf.Tensor2D>(logits, [1]);
    const { state } = this.recurrent.step(x, hidden);
    return { output: tf.softmax(flat), state, logits: flat, context: tf.squeeze(context, [1]), weights };
  }

  #look(queries: tf.Tensor3D, memory: Memory<Keys>): Attentive<tf.Tensor3D> {
    const { context, weights } = this.attention.attend(queries, memory);
    return { logits: this.output.forward(context), context, weights };
  }
}

const known = ['inputSize', 'hiddenSize', 'outputSize', 'attentionSize', 'attention', 'rng'];

/** The state before every step [B,T,U]: that after the last real step before it, or the initial one. */
function statesBefore({ values, mask }: Sequence, initial: tf.Tensor2D): tf.Tensor3D {
  const T = mask.shape[1];
  const all = tf.concat([tf.expandDims<tf.Tensor3D>(initial, 1), values], 1); // [B,T+1,U]
  const places = tf.mul(tf.range(1, T + 1), tf.cast(mask, 'float32')); // 0 at padding
  const before = tf.slice(
    tf.pad(places, [
      [0, 0],
      [1, 0],
    ]),
    [0, 0],
    [-1, T],
  );
  const last = tf.max(tf.mul(tf.expandDims(before, 1), tf.cast(causalMask(T), 'float32')), 2); // [B,T]
  return tf.matMul(tf.cast(tf.oneHot(tf.cast(last, 'int32'), T + 1), 'float32') as tf.Tensor3D, all);
}
