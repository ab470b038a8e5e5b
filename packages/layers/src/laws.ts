/** The layers and ops of this package with the laws that they keep: one table for Node and for the browser. */
import type { BackendName, Cell, RecurrentLayer, SequenceLayer } from '@seqloom/core';
import { glorotUniform, lengthMask, Module, parameter, Rng, useBackend } from '@seqloom/core';
import { expectClose, verifyModule, verifyOp, verifyRecurrentLayer, verifySequenceLayer } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { convolutionLaws, convolutionLayers } from './convolution/laws.js';
import { AttentiveRNN, gru, lstm, Recurrent, simpleRNN } from './index.js';
import { linearRecurrentLaws, linearRecurrentLayers } from './linear-recurrent/laws.js';
import { normalizationLaws } from './normalization/laws.js';
import { gruResetBeforeSequence, gruSequence } from './recurrent/gru-sequence.js';
import { recurrentLayers } from './recurrent/laws.js';
import { lstmSequence } from './recurrent/lstm-sequence.js';
import { reverseSteps } from './recurrent/reverse-time.js';
import { simpleRNNSequence } from './recurrent/simple-rnn-sequence.js';
import { stateSpaceLaws, stateSpaceLayers } from './state-space/laws.js';
import { transformerAgreements, transformerLaws, transformerLayers } from './transformer/laws.js';

const sizes = { inputSize: 3, hiddenSize: 5 };
const rng = () => new Rng(2);

/** A cell as a user would write it: no `scan`, a record for a state. */
class Leaky extends Module implements Cell<{ level: tf.Tensor2D }> {
  readonly outputSize = 5 as const;
  readonly weight: tf.Variable<tf.Rank.R2> = parameter([3, 5], glorotUniform, rng());

  initialState(batch: number): { level: tf.Tensor2D } {
    return { level: tf.ones([batch, 5]) };
  }

  step(x: tf.Tensor2D, { level }: { level: tf.Tensor2D }): { output: tf.Tensor2D; state: { level: tf.Tensor2D } } {
    const next = tf.add<tf.Tensor2D>(tf.mul(level, 0.9), tf.matMul(x, this.weight as tf.Tensor2D));
    return { output: tf.tanh(next), state: { level: next } };
  }
}

const recurrent: Record<string, () => RecurrentLayer<unknown>> = {
  'simple RNN': () => simpleRNN({ ...sizes, rng: rng() }),
  'GRU, reset after': () => gru({ ...sizes, rng: rng() }),
  'GRU, reset before': () => gru({ ...sizes, reset: 'before', rng: rng() }),
  'LSTM of two layers': () => lstm({ ...sizes, layers: 2, rng: rng() }),
  'LSTM with checkpoints': () => lstm({ ...sizes, checkpoint: 2, rng: rng() }),
  'a cell of the user': () => new Recurrent({ cell: new Leaky() }),
  ...recurrentLayers,
  ...convolutionLayers,
  ...linearRecurrentLayers,
  ...stateSpaceLayers,
};

const twoWay = () => gru({ ...sizes, layers: 2, bidirectional: true, dropout: 0.5, rng: rng() });

const layers: Record<string, () => SequenceLayer<unknown>> = {
  ...recurrent,
  'GRU in both directions': twoWay,
  'attentive RNN': () => new AttentiveRNN({ ...sizes, outputSize: 4, rng: rng() }),
  ...transformerLayers,
};

/** Every law, by what it is about. */
export const laws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ...Object.entries(recurrent).map(([name, make]) => [name, () => verifyRecurrentLayer(make, 3)] as const),
  ...['GRU in both directions', 'attentive RNN'].map(
    (name) => [name, () => verifySequenceLayer(layers[name]!, 3)] as const,
  ),
  ['modules', () => verifyModule(twoWay)],
  ['sequence ops', sequenceOps],
  ...convolutionLaws,
  ...normalizationLaws,
  ...linearRecurrentLaws,
  ...stateSpaceLaws,
  ...transformerLaws,
];

/** For backends where the laws would take too long: each layer gives there what it gives on cpu, values and gradients, over padding that is NaN. */
export const agreements: readonly (readonly [name: string, check: (backend: BackendName) => Promise<void>])[] = [
  ...Object.entries(layers).map(([name, make]) => [name, (backend: BackendName) => agree(make, backend)] as const),
  ...transformerAgreements,
];

async function agree(make: () => SequenceLayer<unknown>, backend: BackendName): Promise<void> {
  const [expected, actual] = [await onBackend('cpu', make), await onBackend(backend, make)];
  for (const [i, numbers] of expected.entries()) await expectClose(actual[i]!, numbers, 1e-4, `result ${i}`);
}

/** Outputs, then the gradients of their squares' sum. */
async function onBackend(backend: BackendName, make: () => SequenceLayer<unknown>): Promise<Float32Array[]> {
  await useBackend(backend);
  const layer = make() as SequenceLayer<unknown> & Module;
  const results = tf.tidy(() => {
    const [x, mask] = [tf.tensor3d([...padded], [2, 3, 3]), lengthMask([3, 2])];
    const forward = () => layer.forward({ values: x, mask }).output.values;
    const parameters = [...layer.namedVariables()].map(([, variable]) => variable);
    const { grads } = tf.engine().gradients(() => tf.sum(tf.square(forward())) as tf.Scalar, [x, ...parameters]);
    return [forward(), ...grads];
  });
  const numbers = await Promise.all(results.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(results);
  layer.dispose();
  return numbers;
}

const padded = Float32Array.from({ length: 18 }, (_, i) => (i < 15 ? Math.sin(i) : Number.NaN));

/** Fused = composed = finite differences, over ragged rows, one with nothing real. */
async function sequenceOps(): Promise<void> {
  const [B, T, D, U] = [3, 4, 2, 5];
  const draw = rng();
  const values = (...shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => draw.normal() / 2),
      shape,
    );
  const mask = lengthMask([T, 2, 0]);
  const given = (gates: number) => ({
    x: values(B, T, D),
    weight: values(D, gates * U),
    bias: values(gates * U),
    recurrent: values(U, gates * U),
    mask,
    hidden: values(B, U),
  });
  const bothWays = <I, A extends object>(name: string, inputs: I, attributes: A) =>
    [false, true].map((reverse) => ({
      name: `${name}, reverse ${reverse}`,
      inputs,
      attributes: { ...attributes, reverse },
    }));
  const tensors: tf.Tensor[] = [mask];
  const own = <I extends Record<string, tf.Tensor>>(inputs: I): I => {
    tensors.push(...Object.values(inputs));
    return inputs;
  };
  await verifyOp(simpleRNNSequence, bothWays('tanh', own(given(1)), { activation: 'tanh' as const }));
  await verifyOp(gruSequence, bothWays('reset after', own({ ...given(3), recurrentBias: values(3 * U) }), {}));
  await verifyOp(gruResetBeforeSequence, bothWays('reset before', own(given(3)), {}));
  await verifyOp(lstmSequence, bothWays('LSTM', own({ ...given(4), cell: values(B, U) }), {}));
  await verifyOp(reverseSteps, [{ name: 'reverse', inputs: own({ x: values(B, T, U) }), attributes: {} }]);
  tf.dispose(tensors);
}
