/** Semirings of log potentials that carry numbers with them, each of which adds up along a path. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { impossible } from '../impossible.js';
import type { Semiring } from '../semiring.js';
import { logSemiring } from './log.js';

/** Tensors of one shape, or that broadcast: the log potential, and what is carried. */
export type Weighted<Carried extends string> = Readonly<Record<'log' | Carried, tf.Tensor>>;

interface Meaning<Carried extends string> {
  /** What single potentials carry. */
  lift(logPotential: tf.Tensor, statistics: readonly tf.Tensor[]): Readonly<Record<Carried, tf.Tensor>>;
  /** What alternatives carry together: `log` along the last axis is given away by `total` and shared out by `weights`. */
  sum(alternatives: Weighted<Carried>, weights: tf.Tensor, total: tf.Tensor): Readonly<Record<Carried, tf.Tensor>>;
  lower(a: Weighted<Carried>): tf.Tensor;
}

/** The log semiring, with what is carried beside it. */
export function weightedSemiring<Carried extends string>({
  lift,
  sum,
  lower,
}: Meaning<Carried>): Semiring<Weighted<Carried>> {
  type Element = Weighted<Carried>;
  const each = (a: Element, f: (tensor: tf.Tensor, name: keyof Element) => tf.Tensor): Element =>
    Object.fromEntries(
      Object.entries<tf.Tensor>(a).map(([name, tensor]) => [name, f(tensor, name as keyof Element)]),
    ) as Element;
  return {
    lift: (logPotential, ...statistics) => ({ log: logPotential, ...lift(logPotential, statistics) }) as Element,
    times: (a, b) => each(a, (tensor, name) => tf.add(tensor, b[name])),
    sum(a) {
      const total = logSemiring.sum(a.log);
      return { log: total, ...sum(a, tf.softmax(a.log), total) } as Element;
    },
    expandDims: (a, axis) => each(a, (tensor) => tf.expandDims(tensor, axis)),
    where: (keep, a, b) => each(a, (tensor, name) => tf.where(keep, tensor, b[name])),
    lower,
  };
}

/** Σ weights·values along the last axis. */
export function average(weights: tf.Tensor, values: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(weights, values), -1);
}

/** `values`, and 0 without a gradient where nothing is possible. */
export function wherePossible(log: tf.Tensor, values: tf.Tensor): tf.Tensor {
  const possible = detach<tf.Tensor, tf.Tensor>(log, (x) => tf.greater(x, impossible / 2));
  return tf.where(possible, values, tf.zerosLike(values));
}
