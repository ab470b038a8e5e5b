/** The law of gradients: what the tape says is what differences say. */
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '../rng.js';
import { LawError, law } from './law.js';
import { compute, indices, type Numbers } from './numbers.js';

export interface GradientCheck {
  /** How far each element is moved at most, twice. */
  step?: number;
  tolerance?: number;
  /** Random directions to try. */
  directions?: number;
  /** Names of the arguments in the message. */
  names?: readonly string[];
  rng?: Rng;
}

/** A scalar function of tensors. */
export type Loss = (...xs: tf.Tensor[]) => tf.Scalar;

/** By how much each element of each argument moves; `undefined` leaves the argument where it is. */
type Direction = readonly (Float32Array | undefined)[];

/**
 * Float32: the four-point difference has a truncation error of step⁴ and a rounding error of about 1e-7·|f|/step, so at step 1e-2 it is
 * good to about 1e-4 for |f| of order 10, and a wrong gradient is wrong by far more than 5e-3.
 */
const defaults = { step: 1e-2, tolerance: 5e-3, directions: 2 } as const;

/**
 * Throws unless the tape's gradient of `f` agrees with central finite differences along random directions: of every argument by itself,
 * on the GPU backends of all together. Variables among `xs` are moved in place and restored; `f` may read them itself.
 * Keep |f| below about 10, and away from kinks.
 */
export async function checkGradients(f: Loss, xs: readonly tf.Tensor[], options: GradientCheck = {}): Promise<void> {
  const { step, tolerance, directions, names = [], rng } = { ...defaults, rng: new Rng(7), ...options };
  await law('the gradient is what finite differences say', async () => {
    const trial = { f, xs, step, rng, gradients: await gradientsOf(() => f(...xs), xs) };
    for (const group of groups(xs)) {
      const ways = Array.from({ length: directions }, () =>
        xs.map((x, i) => (group.includes(i) ? random(x.size, rng) : undefined)),
      );
      const measured = await slopes(trial, ways);
      const wrong = ways.some(
        (way, d) => !(gap(trial, way, measured[d]!) <= tolerance * Math.max(1, Math.abs(measured[d]!))),
      );
      if (wrong) throw await disagreement(trial, group, names);
    }
  });
}

interface Trial {
  readonly f: Loss;
  readonly xs: readonly tf.Tensor[];
  /** What the tape says. */
  readonly gradients: readonly Required<Numbers>[];
  readonly step: number;
  readonly rng: Rng;
}

/** d f / d xs, 0 for what `f` does not depend on. */
export function tapeGradients(f: () => tf.Scalar, xs: readonly tf.Tensor[]): tf.Tensor[] {
  const { grads } = tf.engine().gradients(f, [...xs], undefined, true);
  return xs.map((x, i) => grads[i] ?? tf.zerosLike(x));
}

async function gradientsOf(f: () => tf.Scalar, xs: readonly tf.Tensor[]): Promise<Required<Numbers>[]> {
  const read = await compute(() => Object.fromEntries(tapeGradients(f, xs).entries()));
  return xs.map((_, i) => read[i] as Required<Numbers>);
}

/** Which arguments to move together. A GPU computes the same formulas, and a launch costs it a hundred times as much. */
function groups(xs: readonly tf.Tensor[]): number[][] {
  const all = [...xs.keys()];
  return tf.getBackend().startsWith('webg') ? [all] : all.map((i) => [i]);
}

/** Slopes of `f` along `ways`, by the five-point stencil (its middle cancels). */
async function slopes({ f, xs, step }: Trial, ways: readonly Direction[]): Promise<number[]> {
  const stencil = [-2, -1, 1, 2].map((k) => k * step);
  const { values } = await compute(() => ({
    values: tf.stack(ways.flatMap((way) => stencil.map((offset) => tf.tidy(() => moved(f, xs, way, offset))))),
  }));
  return ways.map((_, d) => {
    const [a, b, c, e] = Array.prototype.slice.call(values.data, 4 * d, 4 * d + 4) as [number, number, number, number];
    return (a - 8 * b + 8 * c - e) / (12 * step);
  });
}

/** f at xs + offset · way. */
function moved(f: Loss, xs: readonly tf.Tensor[], way: Direction, offset: number): tf.Scalar {
  const home: (() => void)[] = [];
  try {
    const there = xs.map((x, i) => {
      const part = way[i];
      if (!part) return x;
      const shift = tf.tensor(
        part.map((element) => element * offset),
        x.shape,
      );
      const target = tf.add<tf.Tensor>(x, shift);
      if (!(x instanceof tf.Variable)) return target;
      const here = tf.clone(x);
      home.push(() => x.assign(here));
      x.assign(target);
      return x;
    });
    return f(...there);
  } finally {
    for (const restore of home) restore();
  }
}

/** How far the tape is from the measured slope along `way`. */
function gap({ gradients }: Trial, way: Direction, measured: number): number {
  let told = 0;
  for (const [i, part] of way.entries()) {
    for (let k = 0; part && k < part.length; k++) told += part[k]! * gradients[i]!.data[k]!;
  }
  return Math.abs(told - measured);
}

/** An element where tape and differences disagree: in the argument that does so most, then in the worse half of it, and half of that… */
async function disagreement(trial: Trial, group: readonly number[], names: readonly string[]): Promise<LawError> {
  const { xs, gradients, rng } = trial;
  const only = (i: number, start: number, end: number): Direction =>
    xs.map((x, j) =>
      i === j ? random(x.size, rng).map((element, k) => (k >= start && k < end ? element : 0)) : undefined,
    );
  const worst = async (ways: Direction[]) => {
    const gaps = (await slopes(trial, ways)).map((measured, d) => gap(trial, ways[d]!, measured));
    return gaps.reduce((best, value, d) => (value > gaps[best]! || Number.isNaN(value) ? d : best), 0);
  };
  const i = group[await worst(group.map((j) => only(j, 0, xs[j]!.size)))]!;
  let [start, end] = [0, xs[i]!.size];
  while (end - start > 1) {
    const middle = (start + end) >> 1;
    if ((await worst([only(i, start, middle), only(i, middle, end)])) === 0) end = middle;
    else start = middle;
  }
  const [measured] = await slopes(trial, [
    xs.map((x, j) => (i === j ? new Float32Array(x.size).fill(1, start, end) : undefined)),
  ]);
  const place = `${names[i] ?? `argument ${i}`}[${indices(start, gradients[i]!.shape)}]`;
  return new LawError(`at ${place} the tape says ${gradients[i]!.data[start]}, differences say ${measured}`);
}

/** Elements of every sign and size in ±[0.5, 1], so that no error can hide or cancel. */
function random(size: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: size }, () => (rng.uniform() < 0.5 ? -1 : 1) * (0.5 + rng.uniform() / 2));
}
