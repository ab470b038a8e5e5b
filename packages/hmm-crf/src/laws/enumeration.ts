/** Chains by brute force, on plain numbers: every path, one by one. What the engine computes must be what this computes. */

/** The potentials of a batch of chains as nested lists, as ChainPotentials holds them in tensors. */
export interface PlainChain {
  initial: number[];
  final: number[];
  /** [K][K], or [B][T-1][K][K]. */
  transition: number[][] | number[][][][];
  emission: number[][][];
  mask: number[][];
}

export interface Path {
  /** −1 at masked steps. */
  labels: number[];
  score: number;
}

/** Every path of one sequence with its score; the empty one, of score 0, where nothing is real. */
export function paths(chain: PlainChain, row: number): Path[] {
  const steps = chain.mask[row]!.flatMap((real, t) => (real ? [t] : []));
  let partial: Path[] = [{ labels: chain.mask[row]!.map(() => -1), score: 0 }];
  for (const [i, t] of steps.entries()) {
    partial = partial.flatMap((path) =>
      chain.initial.map((_, state) => extended(chain, row, path, state, t, steps[i - 1])),
    );
  }
  const last = steps.at(-1);
  if (last === undefined) return partial;
  return partial.map((path) => ({ ...path, score: path.score + chain.final[path.labels[last]!]! }));
}

function extended(chain: PlainChain, row: number, path: Path, state: number, t: number, previous?: number): Path {
  const move =
    previous === undefined ? chain.initial[state]! : transitionAt(chain, row, t)[path.labels[previous]!]![state]!;
  return { labels: path.labels.with(t, state), score: path.score + move + chain.emission[row]![t]![state]! };
}

function transitionAt({ transition }: PlainChain, row: number, t: number): number[][] {
  return isPerStep(transition) ? transition[row]![t - 1]! : (transition as number[][]);
}

export function isPerStep(transition: PlainChain['transition']): transition is number[][][][] {
  return Array.isArray(transition[0]?.[0]) || transition[0]?.length === 0;
}

/** log Σ exp of the scores of all paths. */
export function logPartitionOf(all: readonly { score: number }[]): number {
  const top = Math.max(...all.map(({ score }) => score));
  if (top === -Infinity) return top;
  return top + Math.log(all.reduce((sum, { score }) => sum + Math.exp(score - top), 0));
}

export interface Expectations {
  /** How often the chains begin in each state, [K]; and so on: what the gradient of Σ logPartition must be. */
  initial: number[];
  final: number[];
  /** [B][T][K] */
  emission: number[][][];
  /** [B][T-1][K][K] */
  pairs: number[][][][];
}

/** The expected counts of everything, by weighing every path with its probability; a chain without a possible path counts nothing. */
export function expectations(chain: PlainChain): Expectations {
  const K = chain.initial.length;
  const zero = () => new Array<number>(K).fill(0);
  const out: Expectations = {
    initial: zero(),
    final: zero(),
    emission: chain.mask.map((row) => row.map(zero)),
    pairs: chain.mask.map((row) => row.slice(1).map(() => zero().map(zero))),
  };
  for (const row of chain.mask.keys()) {
    const all = paths(chain, row);
    const logZ = logPartitionOf(all);
    if (logZ > -Infinity) for (const path of all) addPath(out, row, path, Math.exp(path.score - logZ));
  }
  return out;
}

function addPath(out: Expectations, row: number, { labels }: Path, probability: number): void {
  const steps = labels.flatMap((label, t) => (label < 0 ? [] : [t]));
  if (steps.length === 0) return;
  out.initial[labels[steps[0]!]!]! += probability;
  out.final[labels[steps.at(-1)!]!]! += probability;
  for (const [i, t] of steps.entries()) {
    out.emission[row]![t]![labels[t]!]! += probability;
    if (i > 0) out.pairs[row]![t - 1]![labels[steps[i - 1]!]!]![labels[t]!]! += probability;
  }
}

/** Parts as a statistic has them; those left out count 0. */
export type PlainStatistic = Partial<Omit<PlainChain, 'mask'>>;

/** What one path counts. */
export function counted(statistic: PlainStatistic, chain: PlainChain, row: number, { labels }: Path): number {
  const zeros = (K: number) => new Array<number>(K).fill(0);
  const K = chain.initial.length;
  const none = { initial: zeros(K), final: zeros(K), transition: zeros(K).map(() => zeros(K)) };
  const whole = { ...none, emission: chain.emission.map((steps) => steps.map(() => zeros(K))), ...statistic };
  const found = paths({ ...whole, mask: chain.mask }, row).find((path) => String(path.labels) === String(labels));
  return found!.score;
}

/** Σ probability·value over the paths of one sequence; 0 where none is possible. */
export function averageOver(
  chain: PlainChain,
  row: number,
  value: (path: Path, logProbability: number) => number,
): number {
  const all = paths(chain, row);
  const logZ = logPartitionOf(all);
  const possible = all.filter(({ score }) => score > -Infinity);
  return possible.reduce((sum, path) => sum + Math.exp(path.score - logZ) * value(path, path.score - logZ), 0);
}
