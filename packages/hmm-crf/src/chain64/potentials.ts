/** What a float64 chain is made of, and how its sequences lie in memory. */
import { DataError, ShapeError } from '@seqloom/core/errors';

/**
 * Log potentials of B chains over K states, in arrays; −∞ forbids. Sequences lie end to end, N steps in all: a padded batch [B,T,K] is one whose
 * lengths are all T. A path y through the real steps has the score initial[y₁] + Σ emission[t, yₜ] + Σ transition[yₛ, yₜ] + final[y_last], where s is
 * the real step before t: masked steps are skipped, wherever they stand, and what is at masked places is never read.
 */
export interface Float64Potentials {
  /** [K]: of beginning in each state. */
  readonly initial: Float64Array;
  /** [K,K], from × to; or [M,K,K], one for each step but the first of every sequence: M = Σ max(length − 1, 0), [B,T−1,K,K] in a padded batch. */
  readonly transition: Float64Array;
  /** [N,K] */
  readonly emission: Float64Array;
  /** [B]: how many steps each sequence has; 0 is allowed. */
  readonly lengths: ArrayLike<number>;
  /** [N], 1 = real; all are unless given. */
  readonly mask?: ArrayLike<number | boolean>;
  /** [K]: of ending in each state; 0 unless given. */
  readonly final?: Float64Array;
}

/** What a path counts, part by part as its score is; what is left out counts 0, what is forbidden or masked is never read. */
export type Float64Statistic = Partial<Pick<Float64Potentials, 'initial' | 'transition' | 'emission' | 'final'>>;

/** Potentials that fit together, nothing left out. */
export interface Layout {
  readonly B: number;
  readonly N: number;
  readonly K: number;
  readonly lengths: Int32Array;
  /** [B]: the first step of each sequence, and the first of its moves. */
  readonly firsts: Int32Array;
  readonly firstMoves: Int32Array;
  readonly moveCount: number;
  readonly perStep: boolean;
  /** [N] */
  readonly mask: Uint8Array;
}

/** Throws a ShapeError where the potentials do not fit together, a DataError on one that is NaN or +∞ and not masked. */
export function layoutOf(where: string, potentials: Float64Potentials): Layout {
  const { initial, transition, emission, lengths, mask, final } = potentials;
  const K = initial.length;
  if (K === 0) throw new ShapeError(where, '`initial` [0] has no states');
  const sequences = layOut(where, lengths);
  const { N, moveCount } = sequences;
  expectSize(where, 'emission', emission, [N, K]);
  expectSize(where, 'final', final ?? initial, [K]);
  if (mask) expectSize(where, 'mask', mask, [N]);
  if (transition.length !== K * K) expectSize(where, 'transition', transition, [moveCount, K, K]);
  const real = Uint8Array.from({ length: N }, (_, n) => Number(mask ? Boolean(mask[n]) : true));
  const layout = { ...sequences, K, perStep: transition.length !== K * K, mask: real };
  checkValues(where, potentials, layout);
  return layout;
}

function layOut(where: string, given: ArrayLike<number>) {
  const lengths = Int32Array.from(given);
  const [firsts, firstMoves] = [new Int32Array(lengths.length), new Int32Array(lengths.length)];
  let [N, moveCount] = [0, 0];
  for (const [b, length] of lengths.entries()) {
    if (length !== given[b] || length < 0) {
      throw new ShapeError(where, `\`lengths\` must be whole numbers of at least 0, got ${given[b]} for sequence ${b}`);
    }
    firsts[b] = N;
    firstMoves[b] = moveCount;
    N += length;
    moveCount += Math.max(length - 1, 0);
  }
  return { B: lengths.length, N, lengths, firsts, firstMoves, moveCount };
}

function expectSize(where: string, name: string, values: ArrayLike<unknown>, shape: readonly number[]): void {
  if (values.length === shape.reduce((size, dimension) => size * dimension, 1)) return;
  throw new ShapeError(
    where,
    `\`${name}\` must have the ${shape.join('·')} numbers of [${shape}], got ${values.length}`,
  );
}

/** Numbers below +∞, wherever they are read. */
function checkValues(
  where: string,
  potentials: Float64Potentials,
  { B, K, lengths, firsts, firstMoves, perStep, mask }: Layout,
) {
  const check = (name: string, values: Float64Array, from = 0, to = values.length) => {
    for (let i = from; i < to; i++) {
      if (values[i]! < Infinity) continue;
      throw new DataError(where, `\`${name}\` is ${values[i]} at ${i}`, { hint: 'log potentials are numbers or −∞' });
    }
  };
  const { initial, transition, emission, final } = potentials;
  check('initial', initial);
  if (final) check('final', final);
  if (!perStep) check('transition', transition);
  for (let b = 0; b < B; b++) {
    let real = false;
    for (let t = 0; t < lengths[b]!; t++) {
      const n = firsts[b]! + t;
      if (!mask[n]) continue;
      check('emission', emission, n * K, (n + 1) * K);
      const move = firstMoves[b]! + t - 1;
      if (perStep && real) check('transition', transition, move * K * K, (move + 1) * K * K);
      real = true;
    }
  }
}

/** The same paths, all with the score 0. */
export function uniform(potentials: Float64Potentials): Float64Potentials {
  const flat = (values: Float64Array) => values.map((value) => (value === -Infinity ? value : 0));
  const { initial, transition, emission, final } = potentials;
  return {
    ...potentials,
    ...{ initial: flat(initial), transition: flat(transition), emission: flat(emission) },
    ...(final && { final: flat(final) }),
  };
}

/** The statistic with 0 for what is left out. Throws a ShapeError where it does not fit. */
export function wholeStatistic(
  where: string,
  statistic: Float64Statistic,
  { N, K, moveCount }: Layout,
): Required<Float64Statistic> {
  const {
    initial = new Float64Array(K),
    transition = new Float64Array(K * K),
    emission = new Float64Array(N * K),
    final = new Float64Array(K),
  } = statistic;
  expectSize(where, 'initial', initial, [K]);
  expectSize(where, 'emission', emission, [N, K]);
  expectSize(where, 'final', final, [K]);
  if (transition.length !== K * K) expectSize(where, 'transition', transition, [moveCount, K, K]);
  return { initial, transition, emission, final };
}

/** Where the potentials of the move into step t > 0 of sequence b begin in `transition`. */
export function moveAt({ firstMoves, K }: Layout, transition: Float64Array, b: number, t: number): number {
  return transition.length === K * K ? 0 : (firstMoves[b]! + t - 1) * K * K;
}

/** The real steps of sequence b, as places in its length. */
export function realSteps({ firsts, lengths, mask }: Layout, b: number): number[] {
  const steps: number[] = [];
  for (let t = 0; t < lengths[b]!; t++) if (mask[firsts[b]! + t]) steps.push(t);
  return steps;
}
