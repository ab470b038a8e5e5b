/** The law of gradients: what the tape says is what differences say. */
import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '../rng.js';
import { LawError, law } from './law.js';
import { compute, indices, type Numbers } from './numbers.js';

export interface GradientCheck {
  /** How far each element is moved at most. */
  step?: number;
  tolerance?: number;
  /** Random directions per argument. */
  directions?: number;
  /** Names of the arguments in the message. */
  names?: readonly string[];
  rng?: Rng;
}

/**
 * Float32: the four-point difference has a truncation error of step⁴ and a rounding error of about 1e-7·|f|/step, so at step 1e-2 it is
 * good to about 1e-4 for |f| of order 10, and a wrong gradient is wrong by far more than 5e-3.
 */
const defaults = { step: 1e-2, tolerance: 5e-3, directions: 3 } as const;

/**
 * Throws unless the tape's gradient of `f` agrees with central finite differences along random directions of every argument.
 * Variables among `xs` are moved in place and restored; `f` may read them itself. Keep |f| below about 10, and away from kinks.
 */
export async function checkGradients(
  f: (...xs: tf.Tensor[]) => tf.Scalar,
  xs: tf.Tensor[],
  options: GradientCheck = {},
): Promise<void> {
  const { step, tolerance, directions, names, rng } = { ...defaults, rng: new Rng(7), ...options };
  await law('the gradient is what finite differences say', async () => {
    const gradients = await gradientsOf(() => f(...xs), xs);
    for (const [i, gradient] of gradients.entries()) {
      const ways = Array.from({ length: directions }, () => direction(gradient.data.length, rng));
      const measured = await slopes(f, xs, i, ways, step);
      for (const [d, way] of ways.entries()) {
        const expected = measured[d] as number;
        if (agrees(dot(gradient.data, way), expected, tolerance)) continue;
        throw await worstElement(f, xs, i, gradient, step, names?.[i] ?? `argument ${i}`);
      }
    }
  });
}

/** d f / d xs as numbers, 0 for what `f` does not depend on. */
export async function gradientsOf(f: () => tf.Scalar, xs: readonly tf.Tensor[]): Promise<Required<Numbers>[]> {
  const read = await compute(() => Object.fromEntries(tapeGradients(f, xs).entries()));
  return xs.map((_, i) => read[i] as Required<Numbers>);
}

/** d f / d xs, 0 for what `f` does not depend on. */
export function tapeGradients(f: () => tf.Scalar, xs: readonly tf.Tensor[]): tf.Tensor[] {
  const { grads } = tf.engine().gradients(f, [...xs], undefined, true);
  return xs.map((x, i) => grads[i] ?? tf.zerosLike(x));
}

/** Slopes of `f` along directions of argument `i`, by the five-point stencil (the middle point cancels). */
async function slopes(
  f: (...xs: tf.Tensor[]) => tf.Scalar,
  xs: readonly tf.Tensor[],
  i: number,
  ways: readonly Float32Array[],
  step: number,
): Promise<number[]> {
  const stencil = [-2, -1, 1, 2].map((k) => k * step);
  const { values } = await compute(() => ({
    values: tf.stack(ways.flatMap((way) => stencil.map((offset) => moved(f, xs, i, way, offset)))),
  }));
  return ways.map((_, d) => {
    const [a, b, c, e] = [0, 1, 2, 3].map((k) => values.data[4 * d + k] as number) as [number, number, number, number];
    return (a - 8 * b + 8 * c - e) / (12 * step);
  });
}

/** f with argument `i` moved by `offset` along `way`. */
function moved(
  f: (...xs: tf.Tensor[]) => tf.Scalar,
  xs: readonly tf.Tensor[],
  i: number,
  way: Float32Array,
  offset: number,
): tf.Scalar {
  const x = xs[i] as tf.Tensor;
  const there = tf.add(
    x,
    tf.tensor(
      way.map((element) => element * offset),
      x.shape,
    ),
  );
  if (!(x instanceof tf.Variable)) return f(...xs.with(i, there));
  const here = tf.clone(x);
  try {
    x.assign(there);
    return f(...xs);
  } finally {
    x.assign(here);
  }
}

/** The error for the element of argument `i` where tape and differences disagree most. */
async function worstElement(
  f: (...xs: tf.Tensor[]) => tf.Scalar,
  xs: readonly tf.Tensor[],
  i: number,
  gradient: Required<Numbers>,
  step: number,
  name: string,
): Promise<LawError> {
  const size = gradient.data.length;
  const axes = Array.from({ length: size }, (_, k) => Float32Array.from({ length: size }, (_, j) => Number(j === k)));
  const measured = await slopes(f, xs, i, axes, step);
  const gap = (k: number) => Math.abs((gradient.data[k] as number) - (measured[k] as number));
  const worst = axes.reduce((best, _, k) => (gap(k) > gap(best) || Number.isNaN(gap(k)) ? k : best), 0);
  return new LawError(
    `at ${name}[${indices(worst, gradient.shape)}] the tape says ${gradient.data[worst]}, differences say ${measured[worst]} (largest difference ${gap(worst).toPrecision(3)})`,
  );
}

function agrees(actual: number, expected: number, tolerance: number): boolean {
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

/** Elements of every sign and size in ±[0.5, 1], so that no error can hide or cancel. */
function direction(size: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: size }, () => (rng.uniform() < 0.5 ? -1 : 1) * (0.5 + rng.uniform() / 2));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
