/** Hard constraints as potentials of −∞: what may not be is no path, in training and in decoding. */
import { asMask, dims, knownOptions, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { allowedLabels, type StepLabels } from '../constraints/allowed-labels.js';
import { type Constraints, checkConstraints, type Flags } from '../constraints/constraints.js';
import { type ChainPotentials, type ChainSizes, chainSizes } from './chain-potentials.js';
import { checkIndices } from './check-indices.js';

/**
 * What is known of the labels of a batch: ids [B,T] int32 with −1 for unknown; flags [B,T,K], 1 = may be; or lists of StepLabels, one per sequence,
 * anything being allowed behind their ends. At masked steps nothing is read.
 */
export type PartialLabels = tf.Tensor2D | tf.Tensor3D | readonly (readonly StepLabels[])[];

/** Constraints on all sequences, and what is known of the labels of each. */
export interface Restriction extends Constraints {
  readonly labels?: PartialLabels;
}

/** The potentials, −∞ where not allowed. Throws a ShapeError where the restriction does not fit, a DataError on a label that is no state. */
export function restricted(potentials: ChainPotentials, restriction: Restriction): ChainPotentials {
  const where = 'LinearChain.restrict';
  knownOptions(where, restriction, ['initial', 'transition', 'final', 'labels']);
  const sizes = chainSizes(where, potentials);
  checkConstraints(where, restriction, sizes.K);
  const { initial, transition, emission, final } = potentials;
  return {
    ...potentials,
    initial: forbid(restriction.initial, initial),
    transition: forbid(restriction.transition, transition),
    ...(restriction.final && { final: forbid(restriction.final, final ?? tf.zerosLike(initial)) }),
    ...(restriction.labels && {
      emission: whereAllowed(flagsOf(where, restriction.labels, potentials, sizes), emission),
    }),
  };
}

function forbid<T extends tf.Tensor>(allowed: Flags | readonly Flags[] | undefined, potentials: T): T {
  if (!allowed) return potentials;
  const flags = Uint8Array.from((allowed as Flags[]).flat(), Number);
  const shape = Array.isArray(allowed[0]) ? potentials.shape.slice(-2) : potentials.shape;
  return whereAllowed(tf.tensor(flags, shape, 'bool'), potentials);
}

function whereAllowed<T extends tf.Tensor>(allowed: tf.Tensor, potentials: T): T {
  return tf.where(allowed, potentials as tf.Tensor, tf.fill(potentials.shape, -Infinity)) as T; // a scalar would cost tfjs' slow `tile`
}

/** What may be, 1 = allowed: [B,T,K]. */
function flagsOf(where: string, labels: PartialLabels, { mask }: ChainPotentials, { B, T, K }: ChainSizes): tf.Tensor {
  if (isLists(labels)) return listedFlags(where, labels, { B, T, K });
  if (labels.rank === 3) {
    dims(where, { labels: [labels, `${B} ${T} ${K}`] });
    return asMask(labels);
  }
  dims(where, { labels: [labels, `${B} ${T}`] });
  const given: tf.Tensor = tf.cast(labels, 'int32');
  const ids = tf.where(asMask(mask), given, tf.fill([B, T], -1, 'int32')) as tf.Tensor2D;
  const unknown = tf.equal(ids, -1);
  checkIndices(where, 'label', tf.where(unknown, tf.zerosLike(ids), ids) as tf.Tensor2D, K);
  const apart = tf.sub(tf.expandDims(tf.cast(ids, 'float32'), 2), tf.range(0, K)); // [B,T,K]
  const known = tf.expandDims(tf.cast(tf.logicalNot(unknown), 'float32'), 2);
  return tf.logicalNot(tf.cast(tf.mul(apart, known), 'bool')); // arithmetic broadcasts fast on wasm, logic does not
}

function isLists(labels: PartialLabels): labels is Exclude<PartialLabels, tf.Tensor> {
  return Array.isArray(labels);
}

function listedFlags(where: string, labels: Exclude<PartialLabels, tf.Tensor>, { B, T, K }: ChainSizes): tf.Tensor {
  const long = labels.findIndex((steps) => steps.length > T);
  if (labels.length !== B || long >= 0) {
    const found = long < 0 ? `${labels.length} lists` : `${labels[long]!.length} steps in sequence ${long}`;
    throw new ShapeError(where, `\`labels\` must be B=${B} lists of at most T=${T} steps, got ${found}`);
  }
  const flags = new Uint8Array(B * T * K).fill(1);
  for (const [b, steps] of labels.entries()) flags.set(allowedLabels(steps, K), b * T * K);
  return tf.tensor(flags, [B, T, K], 'bool');
}
