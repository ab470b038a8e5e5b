/** Ways past a layer, so that deep stacks learn. */
import type { RecurrentLayer, Rng, Sequence } from '@seqloom/core';
import { constant, keepWhere, knownOptions, Module, OptionError, UsageError, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { Linear } from '../linear.js';
import { sequenceShape } from '../sequence-shape.js';
import { layerOf, type StatefulLayer } from './bidirectional.js';

/** Base of layers that combine what a layer reads with what it gives; both have the same size. */
abstract class Shortcut<S> extends Module implements RecurrentLayer<S> {
  readonly layer: StatefulLayer<S>;
  readonly outputSize: number;

  constructor(where: string, layer: StatefulLayer<S>) {
    super();
    this.layer = layerOf(where, 'layer', layer);
    this.outputSize = layer.outputSize;
    const { inputSize } = layer as { inputSize?: number };
    if (inputSize === undefined || inputSize === this.outputSize) return;
    throw new OptionError(
      where,
      `\`layer\` must give what it reads: it has inputSize ${inputSize}, outputSize ${this.outputSize}`,
      {
        hint: 'the lowest layer of a stack, which changes the size, stands without a way past it',
      },
    );
  }

  get inputSize(): number {
    return this.outputSize;
  }

  initialState(batch: number): S {
    return this.layer.initialState(batch);
  }

  /** input [B,T,D] → output [B,T,D], 0 at padding, and the layer's state. */
  forward(input: Sequence, initial?: S): { output: Sequence; state: S } {
    sequenceShape(`${this.constructor.name}.forward`, input, this.outputSize);
    const { values, mask } = zeroPadding(input);
    const { output, state } = this.layer.forward({ values, mask }, initial);
    return { output: { values: keepWhere(mask, this.combine(values, output.values)), mask }, state };
  }

  /** x [B,D] and the state → output [B,D]. Throws UsageError when the layer cannot step, as none that reads the future can. */
  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    const { step } = this.layer as Partial<RecurrentLayer<S>>;
    if (!step)
      throw new UsageError(
        `${this.constructor.name}.step`,
        `its layer (${this.layer.constructor.name}) has no \`step\``,
        {
          hint: 'a bidirectional layer reads the future: use `forward`',
        },
      );
    const next = step.call(this.layer, x, state);
    return { output: this.combine(x, next.output), state: next.state };
  }

  /** What the layer reads and what it gives → what this layer gives. */
  protected abstract combine<X extends tf.Tensor2D | tf.Tensor3D>(x: X, y: X): X;
}

/** Residual connection (arXiv:1512.03385): x + layer(x), [B,T,D] → [B,T,D]. */
export class Residual<S> extends Shortcut<S> {
  constructor(layer: StatefulLayer<S>) {
    super('Residual', layer);
  }

  protected combine<X extends tf.Tensor2D | tf.Tensor3D>(x: X, y: X): X {
    return tf.add(x, y);
  }
}

export interface HighwayOptions<S> {
  layer: StatefulLayer<S>;
  rng?: Rng;
}

/** Highway connection (arXiv:1505.00387): g⊙layer(x) + (1−g)⊙x with g = σ(W x + b), b starting at −1 so that the way past is open; [B,T,D] → [B,T,D]. */
export class Highway<S> extends Shortcut<S> {
  readonly gate: Linear;

  constructor(options: HighwayOptions<S>) {
    knownOptions('Highway', options, ['layer', 'rng']);
    super('Highway', options.layer);
    const sizes = { inputSize: this.outputSize, outputSize: this.outputSize };
    this.gate = new Linear({ ...sizes, bias: constant(-1), rng: options.rng });
  }

  protected combine<X extends tf.Tensor2D | tf.Tensor3D>(x: X, y: X): X {
    return tf.add(x, tf.mul(tf.sigmoid(this.gate.forward(x)), tf.sub(y, x)));
  }
}
