/** A part of a block with what stands around it: normalisation, dropout and the way past it. */
import type { Rng } from '@seqloom/core';
import { Module } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Dropout } from '../dropout.js';
import type { Normalization } from './block-options.js';

export interface ResidualOptions {
  normalization: Normalization;
  order: 'pre' | 'post';
  dropout: number;
  rng?: Rng | undefined;
}

/** 'pre': x + dropout(part(norm(x))); 'post': norm(x + dropout(part(x))). */
export class Residual extends Module {
  readonly norm: Normalization;
  readonly order: 'pre' | 'post';
  readonly dropout: Dropout;

  constructor({ normalization, order, dropout, rng }: ResidualOptions) {
    super();
    this.norm = normalization;
    this.order = order;
    this.dropout = new Dropout({ rate: dropout, rng });
  }

  forward(x: tf.Tensor3D, part: (x: tf.Tensor3D) => tf.Tensor3D): tf.Tensor3D {
    if (this.order === 'pre') return tf.add(x, this.dropout.forward(part(this.norm.forward(x))));
    return this.norm.forward(tf.add<tf.Tensor3D>(x, this.dropout.forward(part(x))));
  }
}
