/** What the papers write, in plain loops and float64, beside the cells. */
import { Rng, useBackend } from '@seqloom/core';
import { expectClose } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, it } from 'vitest';
import { Recurrent } from '../recurrent/recurrent.js';
import { LRUCell } from './lru-cell.js';
import { MambaCell } from './mamba-cell.js';
import { S4DCell } from './s4d-cell.js';

const [time, D] = [7, 3];
const x = Float64Array.from({ length: time * D }, (_, i) => Math.sin(3 * i));
const rng = () => new Rng(5);

beforeAll(async () => void (await useBackend('wasm')));

const outputsOf = (cell: ConstructorParameters<typeof Recurrent<never>>[0]['cell'] | LRUCell | MambaCell | S4DCell) => {
  const layer = new Recurrent({ cell: cell as LRUCell });
  return layer.forward({ values: tf.tensor3d(Float32Array.from(x), [1, time, D]), mask: tf.ones([1, time], 'bool') })
    .output.values;
};

const arrays = <T extends object>(cell: T) =>
  new Proxy(cell, { get: (target, name) => (target[name as keyof T] as tf.Variable).dataSync() }) as unknown as Record<
    keyof T,
    Float32Array
  >;

it.each([
  ['zero-order-hold', 'linear'],
  ['bilinear', 'inverse'],
] as const)('S4D, %s, %s: the convolution with 2·Re Σ C·gain·λ^l', async (discretization, frequencies) => {
  const N = 4;
  const cell = new S4DCell({ inputSize: D, stateSize: N, discretization, frequencies, rng: rng() });
  const { logStep, logDecay, frequency, output, skip } = arrays(cell);
  const expected = Float64Array.from(x, (value, i) => value * skip[i % D]!);
  for (let d = 0; d < D; d++) {
    const dt = Math.exp(logStep[d]!);
    for (let n = 0; n < N; n++) {
      const at = n * D + d;
      const a = { re: -Math.exp(logDecay[at]!), im: frequency[at]! };
      const [half, turn] = [(dt * a.re) / 2, (dt * a.im) / 2];
      const size = Math.exp(dt * a.re);
      const lambda =
        discretization === 'bilinear'
          ? over({ re: 1 + half, im: turn }, { re: 1 - half, im: -turn })
          : { re: size * Math.cos(dt * a.im), im: size * Math.sin(dt * a.im) };
      const gain =
        discretization === 'bilinear'
          ? over({ re: dt, im: 0 }, { re: 1 - half, im: -turn })
          : over({ re: lambda.re - 1, im: lambda.im }, a);
      let power = by(gain, { re: output[at]!, im: output[N * D + at]! });
      for (let lag = 0; lag < time; lag++, power = by(power, lambda)) {
        for (let t = lag; t < time; t++) expected[t * D + d]! += 2 * power.re * x[(t - lag) * D + d]!;
      }
    }
  }
  await expectClose(outputsOf(cell), Array.from(expected), 1e-5);
});

it('LRU: h = λ·h + γ·B·x, y = Re(C·h) + D·x', async () => {
  const N = 4;
  const cell = new LRUCell({ inputSize: D, hiddenSize: N, rng: rng() });
  const { logDecay, logPhase, logGain, input, skip } = arrays(cell);
  const weight = cell.output.weight.dataSync();
  const h = Array.from({ length: N }, () => ({ re: 0, im: 0 }));
  const expected: number[] = [];
  for (let t = 0; t < time; t++) {
    for (let n = 0; n < N; n++) {
      const [size, angle] = [Math.exp(-Math.exp(logDecay[n]!)), Math.exp(logPhase[n]!)];
      const moved = by(h[n]!, { re: size * Math.cos(angle), im: size * Math.sin(angle) });
      const driven = (part: number) => dot((d) => input[d * 2 * N + part + n]!, t) * Math.exp(logGain[n]!);
      h[n] = { re: moved.re + driven(0), im: moved.im + driven(N) };
    }
    for (let d = 0; d < D; d++) {
      const shown = h.map(({ re, im }, n) => re * weight[n * D + d]! + im * weight[(N + n) * D + d]!);
      expected.push(shown.reduce((a, b) => a + b) + x[t * D + d]! * skip[d]!);
    }
  }
  await expectClose(outputsOf(cell), expected, 1e-5);
});

it('Mamba: conv, SiLU, softplus, the selective recurrence, the gate', async () => {
  const [E, N, K, R] = [4, 2, 3, 1];
  const cell = new MambaCell({ inputSize: D, hiddenSize: E, stateSize: N, window: K, stepRank: R, rng: rng() });
  const { kernel, kernelBias, logRates, skip } = arrays(cell);
  const [input, selection, steps, output] = [cell.input, cell.selection, cell.steps, cell.output].map(({ weight }) =>
    weight.dataSync(),
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const bias = cell.steps.bias!.dataSync();
  const silu = (value: number) => value / (1 + Math.exp(-value));
  const u = Array.from({ length: time }, (_, t) => range(2 * E, (e) => dot((d) => input[d * 2 * E + e]!, t)));
  const h = range(N * E, () => 0);
  const expected: number[] = [];
  for (let t = 0; t < time; t++) {
    const tap = (k: number, e: number) => (t - k < 0 ? 0 : u[t - k]![e]!) * kernel[(K - 1 - k) * E + e]!;
    const c = range(E, (e) => silu(kernelBias[e]! + sum(range(K, (k) => tap(k, e)))));
    const selected = range(R + 2 * N, (i) => sum(c.map((value, e) => value * selection[e * (R + 2 * N) + i]!)));
    const shown = range(E, (e) => {
      const delta = Math.log1p(Math.exp(bias[e]! + selected[0]! * steps[e]!));
      const modes = range(N, (n) => {
        const at = n * E + e;
        h[at] = Math.exp(-Math.exp(logRates[at]!) * delta) * h[at]! + delta * c[e]! * selected[R + n]!;
        return h[at]! * selected[R + N + n]!;
      });
      return (sum(modes) + skip[e]! * c[e]!) * silu(u[t]![E + e]!);
    });
    expected.push(...range(D, (d) => sum(shown.map((value, e) => value * output[e * D + d]!))));
  }
  await expectClose(outputsOf(cell), expected, 1e-5);
});

interface Complex {
  re: number;
  im: number;
}

function by(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

function over(a: Complex, b: Complex): Complex {
  const square = b.re ** 2 + b.im ** 2;
  const { re, im } = by(a, { re: b.re, im: -b.im });
  return { re: re / square, im: im / square };
}

/** Σ x[t,d]·weight(d). */
function dot(weight: (d: number) => number, t: number): number {
  return sum(range(D, (d) => x[t * D + d]! * weight(d)));
}

function range(length: number, f: (i: number) => number): number[] {
  return Array.from({ length }, (_, i) => f(i));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
