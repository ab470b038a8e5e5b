/** What the gated linear recurrences keep. */
import type { RecurrentLayer } from '@seqloom/core';
import { Rng } from '@seqloom/core';
import { verifyOp } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { Recurrent } from '../recurrent/recurrent.js';
import { maskWithHoles } from '../state-space/laws.js';
import { type GatedEquations, gatedScan, gatesPerUnit, highwayScan } from './gated-scan.js';
import { MinGRUCell } from './min-gru-cell.js';
import { MinLSTMCell } from './min-lstm-cell.js';
import { QRNNCell } from './qrnn-cell.js';
import { SRUCell } from './sru-cell.js';
import { stepWindows } from './step-windows.js';

const sizes = { inputSize: 3, hiddenSize: 5 };
const rng = () => new Rng(2);

/** By name, each over inputs of 3 features. */
export const linearRecurrentLayers: Readonly<Record<string, () => RecurrentLayer<unknown>>> = {
  minGRU: () => new Recurrent({ cell: new MinGRUCell({ ...sizes, timescale: 10, rng: rng() }) }),
  minLSTM: () => new Recurrent({ cell: new MinLSTMCell({ ...sizes, timescale: 10, rng: rng() }) }),
  'QRNN, f-pooling': () => new Recurrent({ cell: new QRNNCell({ ...sizes, pooling: 'f', window: 1, rng: rng() }) }),
  'QRNN, fo-pooling': () => new Recurrent({ cell: new QRNNCell({ ...sizes, rng: rng() }) }),
  'QRNN, ifo-pooling': () => new Recurrent({ cell: new QRNNCell({ ...sizes, pooling: 'ifo', window: 3, rng: rng() }) }),
  SRU: () => new Recurrent({ cell: new SRUCell({ ...sizes, rng: rng() }) }),
  'SRU as wide as its input': () => new Recurrent({ cell: new SRUCell({ ...sizes, hiddenSize: 3, rng: rng() }) }),
};

const equations: readonly GatedEquations[] = [
  { rule: 'update', candidate: 'linear' },
  { rule: 'update', candidate: 'positive' },
  { rule: 'normalized', candidate: 'positive' },
  { rule: 'forget', candidate: 'tanh' },
  { rule: 'forget', candidate: 'linear', output: 'tanh' },
  { rule: 'independent', candidate: 'tanh', output: 'linear' },
];

/** Fused = composed = finite differences, both directions of time, over padding with holes and a row of nothing else. */
export const linearRecurrentLaws: readonly (readonly [name: string, check: () => Promise<void>])[] = [
  ...equations.map((each) => [Object.values(each).join(', '), () => gated(each)] as const),
  ['windows of steps', windows],
];

async function gated(equations: GatedEquations): Promise<void> {
  const [B, T, U] = [3, 6, 5];
  const values = normals();
  const inputs = { gates: values(B, T, gatesPerUnit(equations) * U), mask: maskWithHoles(), initial: values(B, U) };
  const skip = values(B, T, U);
  const cases = [false, true].map((reverse) => ({
    name: `reverse ${reverse}`,
    attributes: { ...equations, reverse },
  }));
  await verifyOp(
    gatedScan,
    cases.map((each) => ({ ...each, inputs })),
  );
  if (equations.output) {
    await verifyOp(
      highwayScan,
      cases.map((each) => ({ ...each, inputs: { ...inputs, skip } })),
    );
  }
  tf.dispose([inputs.gates, inputs.mask, inputs.initial, skip]);
}

async function windows(): Promise<void> {
  const values = normals();
  for (const past of [1, 3]) {
    const inputs = { x: values(3, 6, 5), mask: maskWithHoles(), history: values(3, past, 5) };
    await verifyOp(stepWindows, [{ name: `${past} before`, inputs, attributes: {} }]);
    tf.dispose(inputs);
  }
}

function normals(): (...shape: number[]) => tf.Tensor {
  const draw = rng();
  return (...shape) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => awayFromKinks(draw.normal())),
      shape,
    );
}

/** 'positive' has a kink at 0. */
function awayFromKinks(x: number): number {
  return x + Math.sign(x) * 0.05;
}
