/** What batch training makes small: Σ −log p(labels | items) + c2·|w|², with its gradient, over all sequences. */

import type { Pause } from '@seqloom/core/pause';
import {
  featureGradient,
  featureMarginals,
  type GradientPart,
  prepareTransitions,
  type SequenceRange,
} from '@seqloom/kernels';
import { DenseRows } from './dense-rows.js';
import type { Batch, TrainingMemory } from './training-memory.js';
import type { Vectors } from './vectors.js';

export class Objective {
  readonly memory: TrainingMemory;
  readonly #c2: number;
  readonly #pause: Pause;
  readonly #vectors: Vectors;
  readonly #dense: DenseRows;
  readonly #gradientParts: readonly GradientPart[];
  readonly #sequenceParts: readonly (readonly SequenceRange[])[];

  constructor(memory: TrainingMemory, vectors: Vectors, c2: number, pause: Pause) {
    this.memory = memory;
    this.#c2 = c2;
    this.#pause = pause;
    this.#vectors = vectors;
    this.#dense = new DenseRows(memory);
    this.#gradientParts = gradientParts(memory);
    this.#sequenceParts = memory.batches.map((batch) => sequenceParts(batch, memory));
  }

  /** The value at `weights` [K]; its gradient goes to `gradient` [K]. Both are pointers. The same bits however many threads there are. */
  async evaluate(weights: number, gradient: number): Promise<number> {
    const { memory } = this;
    const { kernels, plan } = memory;
    const places = memory.use({ stateWeights: weights, gradient });
    const L = memory.features.labelCount;
    const pairCount = L * (L + (L % 2));
    memory.doubles(gradient).fill(0);
    memory.doubles(places.pairs, pairCount).fill(0);
    this.#dense.spread(memory.doubles(weights));
    memory.setTransitions(memory.doubles(weights));
    prepareTransitions(kernels, plan);
    for (const [b, batch] of memory.batches.entries()) {
      featureMarginals(kernels, plan, this.#sequenceParts[b]!, 1);
      featureGradient(kernels, plan, batch, 1, this.#gradientParts);
      if (this.#pause.isDue()) await this.#pause.take();
    }
    this.#dense.gather(memory.doubles(gradient));
    this.#closeTransitions(gradient);
    let loss = 0;
    for (const part of memory.doubles(places.losses, memory.sequenceCount)) loss += part;
    if (this.#c2 === 0) return loss;
    this.#vectors.combine(1, gradient, 2 * this.#c2, weights, gradient);
    return loss + this.#c2 * this.#vectors.dot(weights, weights);
  }

  /** Expected less observed transitions. */
  #closeTransitions(gradient: number): void {
    const { features, stateCount } = this.memory;
    const target = this.memory.doubles(gradient);
    const expected = expectedTransitions(this.memory);
    for (let i = 0, L = features.labelCount; i < L; i++) {
      for (let f = features.transitionOffsets[i]!; f < features.transitionOffsets[i + 1]!; f++) {
        const j = features.transitionLabels[f]!;
        target[stateCount + f] = expected(i, j) - features.transitionCounts[i * L + j]!;
      }
    }
  }
}

/** How often, by what the kernels have added up since `pairs` was 0, label i is followed by j. */
export function expectedTransitions(memory: TrainingMemory): (i: number, j: number) => number {
  const L = memory.features.labelCount;
  const P = L + (L % 2);
  const { pairs, weights } = memory.use({});
  const [sums, factors] = [memory.doubles(pairs, L * P), memory.doubles(weights, P * P)];
  return (i, j) => sums[i * P + j]! * factors[i * P + j]!;
}

/** The sequences of a batch, cut where the tokens are shared out most evenly. */
function sequenceParts({ first, end, base }: Batch, { sequences, threads }: TrainingMemory): SequenceRange[] {
  const tokens = sequences[end]! - base;
  const parts: SequenceRange[] = [];
  let from = first;
  for (let thread = 1; thread <= threads && from < end; thread++) {
    const until = base + Math.round((thread * tokens) / threads);
    let to = thread === threads ? end : from;
    while (to < end && sequences[to + 1]! <= until) to++;
    if (to > from) parts.push({ first: from, end: to, base });
    from = to;
  }
  return parts;
}

/** Attributes cut so that every thread adds equally often, and labels likewise. */
function gradientParts(memory: TrainingMemory): GradientPart[] {
  const { features, threads } = memory;
  const work = memory.attributeWork();
  const A = features.stateOffsets.length - 1;
  const total = work.reduce((sum, each) => sum + each, 0);
  const parts: GradientPart[] = [];
  let from = 0;
  let done = 0;
  for (let thread = 1; thread <= threads; thread++) {
    let to = from;
    while (to < A && (thread === threads || done < (thread * total) / threads)) done += work[to++]!;
    const labels = [thread - 1, thread].map((n) => Math.round((n * features.labelCount) / threads));
    parts.push({ attributes: [from, to], labels: labels as [number, number] });
    from = to;
  }
  return parts;
}
