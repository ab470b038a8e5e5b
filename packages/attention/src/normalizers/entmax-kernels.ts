/** Entmax on cpu and wasm, row by row: exact by sorting for α = 2 and 1.5, else by bisection in float64. */
import type { FusedKernel, FusedPair } from '@seqloom/core';
import { floats } from '@seqloom/kernels';
import { lowest } from './allowed.js';
import { eachRow } from './masked-rows.js';

type Inputs = Parameters<FusedKernel>[0];

export const entmaxKernels: FusedPair<'energies' | 'mask'> = {
  forward({ energies, mask }: Inputs, { alpha }, workspace) {
    const output = workspace.output([...energies!.shape]);
    const open = new Float64Array(energies!.shape.at(-1)!);
    const power = 1 / ((alpha as number) - 1);
    eachRow(energies!, mask!, output.pointer, workspace, (x, allowed, weights) => {
      const count = gather(x, allowed, (alpha as number) - 1, open);
      weights.fill(0);
      if (count === 0) return;
      const threshold = thresholdOf(open.subarray(0, count), alpha as number);
      for (let k = 0, i = 0; k < weights.length; k++) {
        if (!isOpen(x, allowed, k)) continue;
        weights[k] = Math.max(open[i++]! - threshold, 0) ** power;
      }
    });
    return output;
  },
  backward({ out0, dy0 }: Inputs, { alpha }, workspace) {
    const columns = out0!.shape.at(-1)!;
    const size = out0!.shape.reduce((product, length) => product * length, 1);
    const output = workspace.output([...out0!.shape]);
    const [weightsAt, dyAt] = [workspace.input(out0!), workspace.input(dy0!)];
    const { memory } = workspace.kernels;
    const [weights, dy, dx] = [weightsAt, dyAt, output.pointer].map((pointer) =>
      floats(memory, pointer, size),
    ) as Three;
    for (let at = 0; at < size; at += columns) {
      const row = (all: Float32Array) => all.subarray(at, at + columns);
      gradient(row(weights), row(dy), row(dx), 2 - (alpha as number));
    }
    return output;
  },
  differentiable: ['energies'],
};

type Three = [Float32Array, Float32Array, Float32Array];

function isOpen(x: Float32Array, allowed: Uint8Array, k: number): boolean {
  return allowed[k] === 1 && !(x[k]! <= lowest / 10); // NaN shows
}

/** The open energies times `scale`, the best of them 0, at the beginning of `open`; how many. */
function gather(x: Float32Array, allowed: Uint8Array, scale: number, open: Float64Array): number {
  let [count, best] = [0, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < x.length; k++) {
    if (!isOpen(x, allowed, k)) continue;
    open[count++] = x[k]!;
    if (x[k]! > best) best = x[k]!;
  }
  for (let i = 0; i < count; i++) open[i] = (open[i]! - best) * scale;
  return count;
}

function thresholdOf(z: Float64Array, alpha: number): number {
  if (alpha === 2) return sparsemaxThreshold(z.slice().sort().reverse());
  if (alpha === 1.5) return entmax15Threshold(z.slice().sort().reverse());
  const power = 1 / (alpha - 1);
  let [low, high] = [-1, 0];
  for (let i = 0; i < 52; i++) {
    const middle = (low + high) / 2;
    let sum = 0;
    for (const value of z) if (value > middle) sum += (value - middle) ** power;
    if (sum >= 1) low = middle;
    else high = middle;
  }
  return low;
}

/** From energies in falling order: those belong to the support that stay above the threshold which they make with all before them. */
function sparsemaxThreshold(sorted: Float64Array): number {
  let [sum, threshold] = [0, 0];
  for (const [i, value] of sorted.entries()) {
    sum += value;
    if (1 + (i + 1) * value <= sum) break;
    threshold = (sum - 1) / (i + 1);
  }
  return threshold;
}

function entmax15Threshold(sorted: Float64Array): number {
  let [sum, squares, threshold] = [0, 0, 0];
  for (const [i, value] of sorted.entries()) {
    sum += value;
    squares += value * value;
    const mean = sum / (i + 1);
    const spread = squares - sum * mean;
    const next = mean - Math.sqrt(Math.max((1 - spread) / (i + 1), 0));
    if (next > value) break;
    threshold = next;
  }
  return threshold;
}

function gradient(weights: Float32Array, dy: Float32Array, dx: Float32Array, power: number): void {
  let [sum, weighted] = [0, 0];
  for (const [k, weight] of weights.entries()) {
    const s = weight > 0 ? weight ** power : 0;
    dx[k] = s;
    sum += s;
    weighted += s * dy[k]!;
  }
  const mean = sum > 0 ? weighted / sum : 0;
  for (let k = 0; k < dx.length; k++) dx[k]! *= dy[k]! - mean;
}
