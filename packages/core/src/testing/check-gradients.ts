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
  const { step, tolerance, directions, names, rng } = { ...defaults, rng: new Rng(7), ...options };
  await law('the gradient is what finite differences say', async () => {
    const gradients = await gradientsOf(() => f(...xs), xs);
    for (const group of groups(xs)) {
      const ways = Array.from({ length: directions }, () =>
        xs.map((x, i) => (group.includes(i) ? random(x.size, rng) : undefined)),
      );
      const measured = await slopes(f, xs, ways, step);
      for (const [d, way] of ways.entries()) {
        const told = way.reduce((sum, part, i) => sum + (part ? dot(gradients[i]!.data, part) : 0), 0);
        const expected = measured[d] as number;
        if (Math.abs(told - expected) <= tolerance * Math.max(1, Math.abs(expected))) continue;
        throw await worstElement(f, xs, gradients, group, step, names);
      }
    }
  });
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
async function slopes(f: Loss, xs: readonly tf.Tensor[], ways: readonly Direction[], step: number): Promise<number[]> {
  const stencil = [-2, -1, 1, 2].map((k) => k * step);
  const { values } = await compute(() => ({
    values: tf.stack(ways.flatMap((way) => stencil.map((offset) => moved(f, xs, way, offset)))),
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
      const target = tf.add<tf.Tensor>(
        x,
        tf.tensor(
          part.map((element) => element * offset),
          x.shape,
        ),
      );
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

/** The error for the element of the group's arguments where tape and differences disagree most. */
async function worstElement(
  f: Loss,
  xs: readonly tf.Tensor[],
  gradients: readonly Required<Numbers>[],
  group: readonly number[],
  step: number,
  names: readonly string[] = [],
): Promise<LawError> {
  let [worst, message] = [-1, ''];
  for (const i of group) {
    const { data, shape } = gradients[i]!;
    for (let k = 0; k < data.length; k++) {
      const way = xs.map((x, j) =>
        j === i ? Float32Array.from({ length: x.size }, (_, n) => Number(n === k)) : undefined,
      );
      const [expected] = await slopes(f, xs, [way], step);
      const gap = Math.abs((data[k] as number) - expected!);
      if (gap <= worst) continue;
      worst = Number.isNaN(gap) ? Infinity : gap;
      const place = `${names[i] ?? `argument ${i}`}[${indices(k, shape)}]`;
      message = `at ${place} the tape says ${data[k]}, differences say ${expected} (largest difference ${gap.toPrecision(3)})`;
    }
  }
  return new LawError(message);
}

/** Elements of every sign and size in ±[0.5, 1], so that no error can hide or cancel. */
function random(size: number, rng: Rng): Float32Array {
  return Float32Array.from({ length: size }, () => (rng.uniform() < 0.5 ? -1 : 1) * (0.5 + rng.uniform() / 2));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}
