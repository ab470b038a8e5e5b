/** From the last step of a causal layer, quantiles of the steps to come. */
import { Module, type Rng, sequence } from '@seqloom/core';
import { Linear, quantileLoss } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import type { CausalLayer } from './causal.js';

export const [context, horizon] = [48, 12];
export const quantiles = [0.1, 0.25, 0.5, 0.75, 0.9] as const;
export const middle = quantiles.indexOf(0.5);
export const window = context + horizon;

/** From each step, the quantiles of the next `horizon` ones, as differences from it. */
export class Forecast extends Module {
  readonly layer: CausalLayer;
  readonly output: Linear;

  constructor(layer: CausalLayer, rng: Rng) {
    super();
    this.layer = layer;
    this.output = new Linear({ inputSize: layer.outputSize, outputSize: horizon * quantiles.length, rng });
  }

  /** given [B,T] → the states [B,T,U] and what the last step says, [B,H,Q]. */
  forward(given: tf.Tensor2D): { states: tf.Tensor3D; said: tf.Tensor3D } {
    const [B, T] = given.shape;
    const { values } = this.layer.forward(sequence(tf.expandDims(given, 2))).output;
    const last = tf.squeeze<tf.Tensor2D>(tf.slice(values, [0, T - 1, 0], [B, 1, -1]), [1]);
    const gaps = tf.reshape(this.output.forward(last), [B, horizon, quantiles.length]);
    return { states: values, said: tf.add(gaps, tf.slice(tf.expandDims(given, 2), [0, T - 1, 0], [B, 1, 1])) };
  }

  /** Pinball loss of windows [B,context + horizon] → scalar. */
  loss(windows: tf.Tensor2D): tf.Scalar {
    const [B] = windows.shape;
    const { said } = this.forward(tf.slice(windows, [0, 0], [B, context]));
    const truth = tf.expandDims<tf.Tensor3D>(tf.slice(windows, [0, context], [B, horizon]), 2);
    return quantileLoss(tf.expandDims(said, 2), truth, tf.ones([B, horizon]), quantiles);
  }

  /** The quantiles [B][H][Q] behind each series; crossing ones are put in order. */
  async answers(rows: readonly (readonly number[])[]): Promise<number[][][]> {
    const said = tf.tidy(() => this.forward(tf.tensor2d(rows.map((row) => [...row]))).said);
    const found = (await said.array()) as number[][][];
    said.dispose();
    return found.map((steps) => steps.map((step) => step.sort((a, b) => a - b)));
  }
}
