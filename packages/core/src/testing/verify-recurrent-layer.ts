/** Laws of recurrent layers: the whole sequence at once, step by step, and in two pieces have one meaning. */
import * as tf from '@tensorflow/tfjs-core';
import { carry, type RecurrentLayer, stateTensors } from '../cell.js';
import { keepWhere, type Sequence } from '../sequence.js';
import { demand, law } from './law.js';
import { compare, compute } from './numbers.js';
import { observe, sameObservation } from './observe.js';
import { fillPadding } from './samples.js';
import { inputs, type LayerTrial, outcome, verifySequenceLayer, withTrial } from './verify-sequence-layer.js';

/** Float32 after five steps of a recurrence; the same arithmetic in another order. */
const tolerance = 2e-5;

/**
 * Throws unless the layers that `make` builds keep the contract of RecurrentLayer: all that `verifySequenceLayer` asks; forward equals
 * step after step, gradients included; a sequence in two pieces equals the whole; a row without real steps keeps the initial state.
 */
export async function verifyRecurrentLayer<S>(make: () => RecurrentLayer<S>, inputSize: number): Promise<void> {
  await verifySequenceLayer(make, inputSize);
  await withTrial(make, inputSize, async (trial) => {
    await law('forward equals step after step, in values and gradients', () => steps(trial));
    await law('a sequence in two pieces equals the whole', () => pieces(trial));
    await law('the initial state has one row per sequence, and padding keeps it', () => padding(trial));
  });
}

async function steps<S>(trial: LayerTrial<RecurrentLayer<S>>): Promise<void> {
  const forward = await observe(() => outcome(trial.layer.forward(trial)), inputs(trial));
  const values = tf.tidy(() => fillPadding(trial.values, trial.mask, 0));
  try {
    const stepped = await observe(() => outcome(stepThrough(trial.layer, { values, mask: trial.mask })), {
      input: values,
      ...trial.variables,
    });
    sameObservation(forward, stepped, tolerance);
  } finally {
    values.dispose();
  }
}

/** The meaning of `forward`: one step after the other, the state carried over padding. */
function stepThrough<S>(layer: RecurrentLayer<S>, { values, mask }: Sequence): { output: Sequence; state: S } {
  const masks = tf.unstack(mask, 1) as tf.Tensor1D[];
  let state = layer.initialState(values.shape[0]);
  const outputs = (tf.unstack(values, 1) as tf.Tensor2D[]).map((x, t) => {
    const next = layer.step(x, state);
    state = carry(masks[t]!, next.state, state);
    return next.output;
  });
  return { output: { values: keepWhere(mask, tf.stack(outputs, 1) as tf.Tensor3D), mask }, state };
}

async function pieces<S>({ layer, values, mask }: LayerTrial<RecurrentLayer<S>>): Promise<void> {
  const piece = (start: number, size: number, initial?: S) =>
    layer.forward(
      { values: tf.slice(values, [0, start], [-1, size]), mask: tf.slice(mask, [0, start], [-1, size]) },
      initial,
    );
  const whole = await compute(() => outcome(layer.forward({ values, mask })));
  const joined = await compute(() => {
    const first = piece(0, 2);
    const second = piece(2, 3, first.state);
    return { ...outcome(second), outputs: tf.concat([first.output.values, second.output.values], 1) };
  });
  sameObservation(joined, whole, tolerance);
}

/** Row 3 has no real step. */
async function padding<S>({ layer, values, mask }: LayerTrial<RecurrentLayer<S>>): Promise<void> {
  const read = await compute(() => ({
    ...Object.fromEntries(stateTensors(layer.initialState(values.shape[0])).entries()),
    ...outcome(layer.forward({ values, mask })),
  }));
  const count = Object.keys(read).filter((name) => name.startsWith('state ')).length;
  for (let i = 0; i < count; i++) {
    const [initial, final] = [read[`${i}`]!, read[`state ${i}`]!];
    demand(
      initial.shape[0] === values.shape[0],
      `state ${i} has shape [${initial.shape}] for ${values.shape[0]} sequences`,
    );
    const size = initial.data.length / values.shape[0];
    compare(`state ${i}`, final, initial, 0, (k) => Math.floor(k / size) === 3);
  }
}
