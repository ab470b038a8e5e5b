/** What a computation shows: its outputs and the gradients of all of them together, under names. */
import type * as tf from '@tensorflow/tfjs-core';
import { Rng } from '../rng.js';
import { tapeGradients } from './check-gradients.js';
import { compare, compute, type Numbers } from './numbers.js';
import { weightedSum } from './samples.js';

export type Observation = Record<string, Required<Numbers>>;

/** The outputs of `f` under their names, and `d x` for every named `x`: the gradient of a fixed weighted sum of the outputs. */
export async function observe(
  f: () => Record<string, tf.Tensor>,
  xs: Record<string, tf.Tensor> = {},
): Promise<Observation> {
  return compute(() => {
    if (Object.keys(xs).length === 0) return f();
    const gradients = tapeGradients(() => weightedSum(Object.values(f()), new Rng(11)), Object.values(xs));
    return { ...f(), ...Object.fromEntries(Object.keys(xs).map((name, i) => [`d ${name}`, gradients[i]!])) };
  });
}

/** Throws unless both show the same. */
export function sameObservation(actual: Observation, expected: Observation, tolerance: number): void {
  for (const [name, numbers] of Object.entries(expected)) compare(name, actual[name]!, numbers, tolerance);
}
