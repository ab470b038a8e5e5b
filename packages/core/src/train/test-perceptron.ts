/** A small model for the tests of training: it has dropout, so a random stream of its own, and its data come in random order. */
import * as tf from '@tensorflow/tfjs-core';
import { type Dataset, dataset } from '../dataset.js';
import { normal, zeros } from '../initializers.js';
import { Module } from '../module.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';

export interface TestBatch {
  x: tf.Tensor2D;
  labels: number[];
}

export class Perceptron extends Module {
  readonly hidden: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  readonly output: tf.Variable<tf.Rank.R2>;
  readonly rng: Rng;

  constructor(seed: number) {
    super();
    const rng = new Rng(seed);
    this.hidden = parameter([3, 5], normal(0.5), rng);
    this.bias = parameter([5], zeros);
    this.output = parameter([5, 1], normal(0.5), rng);
    this.rng = rng.split();
  }

  /** x [B,3] → [B]. */
  forward(x: tf.Tensor2D): tf.Tensor1D {
    let hidden = tf.tanh(tf.add(tf.matMul(x, this.hidden), this.bias));
    if (this.training) {
      const kept = Float32Array.from({ length: hidden.size }, () => (this.rng.uniform() < 0.8 ? 1.25 : 0));
      hidden = tf.mul(hidden, tf.tensor(kept, hidden.shape));
    }
    return tf.reshape(tf.matMul(hidden as tf.Tensor2D, this.output), [-1]);
  }

  /** Mean squared error of a batch. */
  loss({ x, labels }: TestBatch): tf.Scalar {
    return tf.mean(tf.squaredDifference(this.forward(x), tf.tensor1d(labels)));
  }
}

/** Seven batches of up to four examples, x and sin(x₀) + x₁·x₂, in an order that is drawn from `order` at each iteration. */
export function shuffledBatches(order: Rng): Dataset<TestBatch> {
  const source = new Rng(3);
  const examples = Array.from({ length: 26 }, () => [source.normal(), source.normal(), source.normal()] as const);
  return dataset(function* () {
    const shuffled = order.split().shuffled(examples);
    for (let start = 0; start < shuffled.length; start += 4) {
      const part = shuffled.slice(start, start + 4);
      const x = tf.tensor2d(part.map((example) => [...example]));
      yield { x, labels: part.map(([a, b, c]) => Math.sin(a) + b * c) };
    }
  });
}
