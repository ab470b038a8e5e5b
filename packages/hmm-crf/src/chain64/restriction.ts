/** Hard constraints as potentials of −∞: what may not be is no path. */
import { DataError, ShapeError } from '@seqloom/core/errors';
import { knownOptions } from '@seqloom/core/options';
import { type Constraints, checkConstraints, type Flags } from '../constraints/constraints.js';
import type { Float64Potentials, Layout } from './potentials.js';

/** Constraints on all sequences, and what is known of the labels of each. */
export interface Float64Restriction extends Constraints {
  /** Ids [N], −1 for unknown; or flags [N,K], 1 = may be (see `allowedLabels`). Nothing is read at masked steps. With K = 1, ids. */
  readonly labels?: ArrayLike<number>;
}

/** The potentials, −∞ where not allowed. Throws a ShapeError where the restriction does not fit, a DataError on a label that is no state. */
export function restricted(
  potentials: Float64Potentials,
  layout: Layout,
  restriction: Float64Restriction,
): Float64Potentials {
  const where = 'Float64Chain.restrict';
  const { K } = layout;
  knownOptions(where, restriction, ['initial', 'transition', 'final', 'labels']);
  checkConstraints(where, restriction, K);
  const { initial, transition, final, labels } = restriction;
  const may = labels && flagsOf(where, labels, layout);
  return {
    ...potentials,
    initial: forbid(potentials.initial, initial),
    transition: forbid(potentials.transition, transition?.flat()),
    final: forbid(potentials.final ?? new Float64Array(K), final),
    emission: may
      ? potentials.emission.map((value, at) => (may(Math.floor(at / K), at % K) ? value : -Infinity))
      : potentials.emission,
  };
}

/** Flags hold again and again, where there are more potentials. */
function forbid(potentials: Float64Array, allowed: Flags | undefined): Float64Array {
  return allowed ? potentials.map((value, at) => (allowed[at % allowed.length] ? value : -Infinity)) : potentials;
}

function flagsOf(where: string, labels: ArrayLike<number>, { N, K, mask }: Layout): (n: number, k: number) => boolean {
  if (labels.length === N * K && K > 1) return (n, k) => Boolean(labels[n * K + k]);
  if (labels.length !== N)
    throw new ShapeError(where, `\`labels\` must be [${N}] or [${N},${K}], got ${labels.length} numbers`);
  for (let n = 0; n < N; n++) {
    const label = labels[n]!;
    if (!mask[n] || (Number.isInteger(label) && label >= -1 && label < K)) continue;
    throw new DataError(where, `label ${label} at ${n} is no state`, {
      hint: `states are 0 to ${K - 1}, −1 is unknown`,
    });
  }
  return (n, k) => labels[n] === -1 || labels[n] === k;
}
