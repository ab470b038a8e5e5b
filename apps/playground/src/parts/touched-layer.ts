/** A causal layer in whose states a person has set numbers: it reads on from these. */
import { mapState, type RecurrentLayer, type Sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { Touch } from '../experiment.js';

interface TouchedState {
  readonly inner: unknown;
  /** How many steps there have been. */
  readonly steps: number;
}

type Step = { output: tf.Tensor2D; state: TouchedState };

/** After step `column`, unit `row` has the value of the touch: in the output, and in the state where that is a vector of the same size. */
export function touchedLayer(layer: RecurrentLayer<unknown>, touches: readonly Touch[]): RecurrentLayer<unknown> {
  const step = (x: tf.Tensor2D, { inner, steps }: TouchedState): Step => {
    const next = layer.step(x, inner);
    const own = touches.filter(({ column }) => column === steps);
    if (own.length === 0) return { output: next.output, state: { inner: next.state, steps: steps + 1 } };
    const size = layer.outputSize;
    let found = false;
    const state = mapState((tensor) => {
      if (found || tensor.rank !== 2 || tensor.shape[1] !== size) return tensor;
      found = true; // of an LSTM the output, not the memory
      return withValues(tensor as tf.Tensor2D, own);
    }, next.state);
    return { output: withValues(next.output, own), state: { inner: state, steps: steps + 1 } };
  };
  const initialState = (batch: number): TouchedState => ({ inner: layer.initialState(batch), steps: 0 });
  const forward = ({ values, mask }: Sequence, initial?: TouchedState) => {
    let state = initial ?? initialState(values.shape[0]);
    const outputs = tf.unstack(values, 1).map((x) => {
      const next = step(x as tf.Tensor2D, state);
      state = next.state;
      return next.output;
    });
    return { output: { values: tf.stack(outputs, 1) as tf.Tensor3D, mask }, state };
  };
  return { outputSize: layer.outputSize, initialState, forward, step } as RecurrentLayer<unknown>;
}

function withValues(x: tf.Tensor2D, touches: readonly Touch[]): tf.Tensor2D {
  const [values, kept] = [new Float32Array(x.shape[1]), new Float32Array(x.shape[1]).fill(1)];
  for (const { row, value } of touches) {
    values[row] = value;
    kept[row] = 0;
  }
  return tf.add(tf.mul(x, tf.tensor1d(kept)), tf.tensor1d(values));
}
