/** Laws of layers over sequences: padding is invisible, rows do not meet, the state is the one after the last real step. */
import * as tf from '@tensorflow/tfjs-core';
import { type SequenceLayer, stateTensors } from '../cell.js';
import { isModule, type Module } from '../module.js';
import { Rng } from '../rng.js';
import type { Sequence } from '../sequence.js';
import { checkGradients } from './check-gradients.js';
import { expectNoLeak } from './expect-no-leak.js';
import { demand, law } from './law.js';
import { compare, compute } from './numbers.js';
import { observe, sameObservation } from './observe.js';
import { fillPadding, maskOf, normals, raggedRows, weightedSum } from './samples.js';
import { verifyModule } from './verify-module.js';

/** Float32 after five steps of a recurrence; the same arithmetic in another order. */
const tolerance = 2e-5;

/** What every law of sequence layers starts from; the caller owns the tensors. */
export interface LayerTrial<Layer> {
  readonly layer: Layer;
  /** [4,5,inputSize], no padding cleaned. */
  readonly values: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
  /** The layer's variables by path. */
  readonly variables: Record<string, tf.Variable>;
}

/**
 * Throws unless the layers that `make` builds keep the contract of SequenceLayer: shapes and mask; outputs 0 at padding; NaN in padding
 * changes nothing, gradients included; a row is computed from that row alone; trailing padding changes neither outputs nor state;
 * gradients are right; nothing leaks; for modules also their laws.
 */
export async function verifySequenceLayer<S>(make: () => SequenceLayer<S>, inputSize: number): Promise<void> {
  await withTrial(make, inputSize, async (trial) => {
    await law('outputs have the promised shape and the mask of the input', () => shapes(trial));
    await law('outputs are 0 at padding', () => zeroAtPadding(trial));
    await law('NaN in padding changes nothing, in values and gradients', () => paddingIsInvisible(trial));
    await law('each row of the batch depends on itself alone', () => rowsAreIndependent(trial));
    await law('the state is the one after the last real step', () => trailingPadding(trial));
    await gradients(trial);
    await expectNoLeak(() => tf.tidy(() => void trial.layer.forward(trial)));
    await expectNoLeak(() => observe(() => outcome(trial.layer.forward(trial)), inputs(trial)));
    if (isModule(trial.layer)) await verifyModule(make as () => SequenceLayer<S> & Module);
  });
}

/** Builds a layer and inputs for it, and frees them after `check`. */
export async function withTrial<Layer extends object>(
  make: () => Layer,
  inputSize: number,
  check: (trial: LayerTrial<Layer>) => Promise<void>,
): Promise<void> {
  const layer = make();
  const values = tf.tidy(() => normals<tf.Rank.R3>(new Rng(3), [raggedRows.length, 5, inputSize]));
  const mask = tf.tidy(() => maskOf(raggedRows));
  try {
    await check({ layer, values, mask, variables: isModule(layer) ? Object.fromEntries(layer.namedVariables()) : {} });
  } finally {
    tf.dispose([values, mask]);
    if (isModule(layer)) layer.dispose();
  }
}

/** What a forward pass shows, by name. */
export function outcome<S>({ output, state }: { output: Sequence; state: S }): Record<string, tf.Tensor> {
  const states = stateTensors(state).map((tensor, i) => [`state ${i}`, tensor] as const);
  return { outputs: output.values, ...Object.fromEntries(states) };
}

/** What gradients are taken of, by name. */
export function inputs<Layer>({ values, variables }: LayerTrial<Layer>): Record<string, tf.Tensor> {
  return { input: values, ...variables };
}

async function shapes<S>(trial: LayerTrial<SequenceLayer<S>>): Promise<void> {
  const { values, mask } = await compute(() => {
    const { output } = trial.layer.forward(trial);
    return { values: output.values, mask: output.mask };
  });
  const expected = [...trial.mask.shape, trial.layer.outputSize];
  demand(String(values.shape) === String(expected), `outputs have shape [${values.shape}], expected [${expected}]`);
  compare('mask', mask, { data: raggedRows.flat(), shape: trial.mask.shape }, 0);
}

async function zeroAtPadding<S>(trial: LayerTrial<SequenceLayer<S>>): Promise<void> {
  const { outputs } = await compute(() => outcome(trial.layer.forward(trial)));
  const keep = raggedRows.flat();
  const zeros = new Float32Array(outputs!.data.length);
  compare('outputs', outputs!, { data: zeros }, 0, (i) => keep[Math.floor(i / trial.layer.outputSize)] === 0);
}

async function paddingIsInvisible<S>(trial: LayerTrial<SequenceLayer<S>>): Promise<void> {
  const filled = (filler: number) => {
    const values = tf.tidy(() => fillPadding(trial.values, trial.mask, filler));
    const seen = observe(() => outcome(trial.layer.forward({ values, mask: trial.mask })), {
      input: values,
      ...trial.variables,
    });
    return seen.finally(() => values.dispose());
  };
  const clean = await filled(0);
  sameObservation(await filled(Number.NaN), clean, 0);
  sameObservation(await filled(1e30), clean, 0);
}

async function rowsAreIndependent<S>(trial: LayerTrial<SequenceLayer<S>>): Promise<void> {
  const whole = await compute(() => outcome(trial.layer.forward(trial)));
  for (const [b] of raggedRows.entries()) {
    const alone = await compute(() =>
      outcome(trial.layer.forward({ values: tf.slice(trial.values, b, 1), mask: tf.slice(trial.mask, b, 1) })),
    );
    for (const [name, { data, shape }] of Object.entries(alone)) {
      const row = Array.prototype.slice.call(whole[name]!.data, b * data.length, (b + 1) * data.length);
      compare(`row ${b} of ${name}`, { data, shape }, { data: row }, tolerance);
    }
  }
}

/** Row 1 has three real steps and then padding. */
async function trailingPadding<S>({ layer, values, mask }: LayerTrial<SequenceLayer<S>>): Promise<void> {
  const forward = (time: number) => () =>
    outcome(layer.forward({ values: tf.slice(values, [1, 0], [1, time]), mask: tf.slice(mask, [1, 0], [1, time]) }));
  const [padded, short] = [await compute(forward(5)), await compute(forward(3))];
  for (const [name, { data, shape }] of Object.entries(short)) {
    const expected = Array.prototype.slice.call(padded[name]!.data, 0, data.length);
    compare(name, { data, shape }, { data: expected }, tolerance);
  }
}

async function gradients<S>(trial: LayerTrial<SequenceLayer<S>>): Promise<void> {
  const { layer, mask } = trial;
  const sum = (values: tf.Tensor) =>
    weightedSum(Object.values(outcome(layer.forward({ values: values as tf.Tensor3D, mask }))), new Rng(11));
  const xs = inputs(trial);
  await checkGradients((values) => sum(values!), Object.values(xs), { names: Object.keys(xs) });
}
