/** The cells without a golden file beside their papers' formulas in plain loops of doubles. Tolerance: 1e-5 (float32). */
import { useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import type { LSTMState } from '../index.js';
import { cells } from './laws.js';
import type { SplitCell } from './split-cell.js';

const units = 5;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const x = [0.5, -1, 2];
const [hidden, memory] = [
  [0.1, -0.2, 0.3, 0.4, -0.5],
  [1, 0.5, -0.5, -1, 0.2],
];

type Parameters = (path: string) => number[];

/** x·weight, weight [rows,columns]. */
function product(vector: readonly number[], weight: readonly number[]): number[] {
  const columns = weight.length / vector.length;
  return Array.from({ length: columns }, (_, j) =>
    vector.reduce((sum, value, i) => sum + value * weight[i * columns + j]!, 0),
  );
}

function normed(sums: readonly number[], parameters: Parameters, path: string): number[] {
  const mean = sums.reduce((a, b) => a + b) / sums.length;
  const variance = sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sums.length;
  const [weight, bias] = [parameters(`${path}.weight`), parameters(`${path}.bias`)];
  return sums.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * weight[i]! + bias[i]!);
}

const gate = (sums: readonly number[], index: number) => sums.slice(index * units, (index + 1) * units);
const each = (f: (u: number) => number) => Array.from({ length: units }, (_, u) => f(u));
const added = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i]!);

/** Name → the next hidden state, then the next memory where there is one. */
const formulas: Record<string, (parameters: Parameters) => number[][]> = {
  'coupled LSTM'(p) {
    const sums = added(added(product(x, p('input.weight')), p('input.bias')), product(hidden!, p('recurrent.weight')));
    const [f, g, o] = [0, 1, 2].map((i) => gate(sums, i)) as [number[], number[], number[]];
    const c = each((u) => sigmoid(f[u]!) * memory![u]! + (1 - sigmoid(f[u]!)) * Math.tanh(g[u]!));
    return [each((u) => sigmoid(o[u]!) * Math.tanh(c[u]!)), c];
  },
  'layer-norm LSTM'(p) {
    const sums = added(
      normed(product(x, p('input.weight')), p, 'inputNorm'),
      normed(product(hidden!, p('recurrent.weight')), p, 'recurrentNorm'),
    );
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => gate(sums, k)) as [number[], number[], number[], number[]];
    const c = each((u) => sigmoid(f[u]!) * memory![u]! + sigmoid(i[u]!) * Math.tanh(g[u]!));
    const shown = normed(c, p, 'cellNorm');
    return [each((u) => sigmoid(o[u]!) * Math.tanh(shown[u]!)), c];
  },
  'layer-norm GRU'(p) {
    const [fromX, fromH] = [product(x, p('input.weight')), product(hidden!, p('recurrent.weight'))];
    const gates = added(
      normed(fromX.slice(0, 2 * units), p, 'inputNorm.gates'),
      normed(fromH.slice(0, 2 * units), p, 'recurrentNorm.gates'),
    );
    const candidateX = normed(gate(fromX, 2), p, 'inputNorm.candidate');
    const candidateH = normed(gate(fromH, 2), p, 'recurrentNorm.candidate');
    const n = each((u) => Math.tanh(candidateX[u]! + sigmoid(gates[u]!) * candidateH[u]!));
    return [each((u) => sigmoid(gates[units + u]!) * (hidden![u]! - n[u]!) + n[u]!)];
  },
};

describe.each(backendsHere())('formulas on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(Object.entries(formulas))('%s', async (name, formula) => {
    const cell = cells[name]!() as SplitCell<LSTMState | tf.Tensor2D>;
    const values = new Map<string, number[]>();
    for (const [path, variable] of cell.namedVariables()) values.set(path, Array.from(await variable.data()));
    const start = (row: number[]) => tf.tensor2d([row]);
    const expected = formula((path) => values.get(path)!);
    const before = expected.length === 2 ? { hidden: start(hidden!), cell: start(memory!) } : start(hidden!);
    const { output, state } = cell.step(tf.tensor2d([x]), before);
    await expectClose(output, [expected[0]!], 1e-5, 'output');
    if (!(state instanceof tf.Tensor)) await expectClose(state.cell, [expected[1]!], 1e-5, 'memory');
  });
});
