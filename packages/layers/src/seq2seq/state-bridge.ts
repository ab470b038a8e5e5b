/** From an encoder's last state to a decoder's first. */
import type { Rng } from '@seqloom/core';
import { knownOptions, Module, mapState, stateTensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';

interface Stateful<S> {
  initialState(batch: number): S;
}

export interface StateBridgeOptions<From, To> {
  encoder: Stateful<From>;
  decoder: Stateful<To>;
  rng?: Rng;
}

/** tanh of a learned map of all of the encoder's state tensors, put side by side, to all of the decoder's, whatever their structures. */
export class StateBridge<From, To> extends Module {
  readonly linear: Linear;
  readonly #template: (batch: number) => To;

  constructor(options: StateBridgeOptions<From, To>) {
    super();
    knownOptions('StateBridge', options, ['encoder', 'decoder', 'rng']);
    const { encoder, decoder, rng } = options;
    const [inputSize, outputSize] = [encoder, decoder].map(stateSize) as [number, number];
    this.linear = new Linear({ inputSize, outputSize, rng });
    this.#template = (batch) => decoder.initialState(batch);
  }

  /** The state after an encoder's last step, tensors [B,…] → the decoder's first, tensors [B,…]. */
  forward(state: From): To {
    const flat = stateTensors(state).map((tensor) => tf.reshape<tf.Rank.R2>(tensor, [tensor.shape[0] as number, -1]));
    const template = this.#template((flat[0] as tf.Tensor2D).shape[0]);
    const sizes = stateTensors(template).map((tensor) => tensor.size / (tensor.shape[0] as number));
    const all = tf.tanh(this.linear.forward(tf.concat(flat, 1)));
    const pieces = (sizes.length === 1 ? [all] : tf.split(all, sizes, 1)).values(); // a split in one has no gradient in tfjs
    return mapState((tensor) => tf.reshape(pieces.next().value as tf.Tensor, tensor.shape), template);
  }
}

function stateSize(part: Stateful<unknown>): number {
  return tf.tidy(() => stateTensors(part.initialState(1)).reduce((sum, tensor) => sum + tensor.size, 0));
}
