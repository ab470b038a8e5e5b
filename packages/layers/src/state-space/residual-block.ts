/** Blocks of deep sequence models: what a layer makes of the normalised input is added to the input. */
import type { RecurrentLayer, Sequence } from '@seqloom/core';
import { keepWhere, Module, zeroPadding } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { sequenceShape } from '../sequence-shape.js';

/** x + mix(layer(norm(x))): [B,T,D] → [B,T,D], 0 at padding; the state is the layer's. */
export abstract class ResidualBlock<S> extends Module implements RecurrentLayer<S> {
  abstract readonly norm: { forward<X extends tf.Tensor>(x: X): X };
  abstract readonly layer: RecurrentLayer<S>;
  abstract readonly outputSize: number;

  get inputSize(): number {
    return this.outputSize;
  }

  initialState(batch: number): S {
    return this.layer.initialState(batch);
  }

  /** input [B,T,D] → output [B,T,D] and the state after each row's last real step; `initial` is zero unless given. Throws ShapeError. */
  forward(input: Sequence, initial?: S): { output: Sequence; state: S } {
    sequenceShape(`${this.constructor.name}.forward`, input, this.outputSize);
    const { values, mask } = zeroPadding(input);
    const { output, state } = this.layer.forward({ values: this.norm.forward(values), mask }, initial);
    const sum = tf.add<tf.Tensor3D>(values, this.mix(output.values));
    return { output: { values: keepWhere(mask, sum), mask }, state };
  }

  /** x [B,D] and the state → output [B,D] and the next state. */
  step(x: tf.Tensor2D, state: S): { output: tf.Tensor2D; state: S } {
    const next = this.layer.step(this.norm.forward(x), state);
    return { output: tf.add(x, this.mix(next.output)), state: next.state };
  }

  /** What becomes of the layer's output before it is added: [B,T,D] or [B,D] → the same. */
  protected mix<X extends tf.Tensor2D | tf.Tensor3D>(x: X): X {
    return x;
  }
}
