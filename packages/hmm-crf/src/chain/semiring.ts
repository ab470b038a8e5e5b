/** Semirings: the recursion over time is written once, and what it computes depends on the meaning of "times" and "sum". */
import type * as tf from '@tensorflow/tfjs-core';

/**
 * The algebra of one chain question. Elements `E` stand for tensors of log potentials, one element per entry; a semiring may carry
 * more per entry, in further tensors or on axes of its own behind these. `times` is associative with one = lift(0), `sum` is associative and
 * commutative, `times` distributes over `sum`, and lift(x + y) = times(lift(x), lift(y)).
 */
export interface Semiring<E> {
  /** The elements of finite log potentials, and of what is counted there where the semiring wants statistics; impossible ones come as `impossible`. */
  lift(logPotential: tf.Tensor, ...statistics: tf.Tensor[]): E;
  /** Along a path, broadcasting as tensors do. */
  times(a: E, b: E): E;
  /** Over alternatives: along the last axis, which goes away. */
  sum(a: E): E;
  /** A new axis of size 1. */
  expandDims(a: E, axis: number): E;
  /** `a` where `keep` (of the same shape, bool) is 1, and `b` elsewhere. */
  where(keep: tf.Tensor, a: E, b: E): E;
  /** The answer, one number per entry (or more, on axes behind); −∞, or 0 where it is no logarithm, for what contains something impossible. */
  lower(a: E): tf.Tensor;
}
