/** From every step of a causal layer, numbers about each of the next steps. */
import { Module, type Rng, type Sequence } from '@seqloom/core';
import { Dropout, Linear } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { CausalLayer } from '../causal-layers.js';

export interface ForecastSizes {
  /** H: how many steps ahead. */
  horizon: number;
  /** D: how many numbers a step has. */
  size: number;
  /** N: how many numbers are said of each of them. */
  numbers: number;
  dropout: number;
  rng: Rng;
}

export class ForecastNetwork extends Module {
  readonly layer: CausalLayer;
  readonly dropout: Dropout;
  readonly output: Linear; // [U] → [H·D·N]
  readonly #shape: readonly [horizon: number, size: number, numbers: number];

  constructor(layer: CausalLayer, { horizon, size, numbers, dropout, rng }: ForecastSizes) {
    super();
    this.layer = layer;
    this.dropout = new Dropout({ rate: dropout, rng });
    this.output = new Linear({ inputSize: layer.outputSize, outputSize: horizon * size * numbers, rng });
    this.#shape = [horizon, size, numbers];
  }

  /** input [B,T,D] → [B,T·H,D,N]: what is said at t of t + 1 … t + H stands at t·H … t·H + H − 1. */
  forward(input: Sequence): tf.Tensor4D {
    const [B, T] = input.mask.shape;
    const [H, D, N] = this.#shape;
    const { values } = this.layer.forward(input).output;
    return tf.reshape(this.output.forward(this.dropout.forward(values)), [B, T * H, D, N]);
  }

  /** The truth in the same places [B,T·H,D], and where it is known [B,T·H]. */
  targets({ values, mask }: Sequence): { targets: tf.Tensor3D; known: tf.Tensor2D } {
    const [B, T, D] = values.shape;
    const [H] = this.#shape;
    const real = tf.expandDims(tf.cast(mask, 'float32'), 2);
    const ahead = (x: tf.Tensor3D) => {
      const later = tf.pad(x, [
        [0, 0],
        [0, H],
        [0, 0],
      ]);
      const shifted = Array.from({ length: H }, (_, h) => tf.slice(later, [0, h + 1, 0], [B, T, x.shape[2]]));
      return tf.reshape(tf.stack(shifted, 2), [B, T * H, x.shape[2]]) as tf.Tensor3D;
    };
    const known = tf.mul(ahead(real as tf.Tensor3D), tf.reshape(tf.tile(real, [1, 1, H]), [B, T * H, 1]));
    return { targets: ahead(tf.reshape(values, [B, T, D])), known: tf.cast(tf.reshape(known, [B, T * H]), 'bool') };
  }

  /** What is said at each row's last real step: input [B,T,D] → [B,H,D,N]. */
  last(input: Sequence): tf.Tensor4D {
    const [B, T] = input.mask.shape;
    const { values } = this.layer.forward(input).output;
    const real = tf.cast(input.mask, 'int32');
    const place = tf.sub(tf.max(tf.mul(real, tf.range(1, T + 1, 1, 'int32')), 1, true), 1); // [B,1]
    const isLast = tf.cast(tf.equal(tf.range(0, T, 1, 'int32'), place), 'float32');
    const state = tf.sum(tf.mul(values, tf.expandDims(isLast, 2)), 1) as tf.Tensor2D;
    return tf.reshape(this.output.forward(state), [B, ...this.#shape]);
  }
}
