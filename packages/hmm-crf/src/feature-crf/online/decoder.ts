/** Learning from one sequence at a time: its best path by the weights of now, and which features the path gets wrong. */
import { type Chain, chainBestPath64, featureScores } from '@seqloom/kernels';
import type { TrainingMemory } from '../training-memory.js';

export class Decoder {
  /** [K]; the kernels read them where they are. */
  readonly weights: Float64Array<ArrayBuffer>;
  readonly #memory: TrainingMemory;
  readonly #chain: Omit<Chain, 'T'>;
  readonly #places: { plan: number; path: number };
  readonly #tokens: Int32Array;
  readonly #attributes: Int32Array;
  readonly #values: Float64Array | undefined;
  readonly #path: Int32Array;

  constructor(memory: TrainingMemory) {
    this.#memory = memory;
    const L = memory.features.labelCount;
    const longest = memory.longest;
    const [weights, emission, path] = [memory.vector(), memory.vector(longest * L), memory.vector(longest)];
    const [ends, mask] = [memory.vector(L), memory.vector(longest)];
    const { transition, tokens, attributes, values } = memory.use({ stateWeights: weights });
    this.#places = { plan: memory.plan, path };
    this.#chain = { initial: ends, final: ends, transition, perStep: false, emission, mask, B: 1, K: L };
    memory.integers(mask, 2 * longest).fill(0x01010101);
    this.#decode(0, longest); // makes the memory as large as it has to be, so that the views below stay
    const tokenCount = memory.tokenLabels.length;
    this.weights = memory.doubles(weights);
    this.#path = memory.integers(path, longest);
    this.#tokens = memory.integers(tokens, tokenCount + 1);
    const count = this.#tokens[tokenCount]!;
    this.#attributes = memory.integers(attributes, count);
    this.#values = values ? memory.doubles(values, count) : undefined;
  }

  /** How many labels the best path through a sequence gets wrong. */
  errors(sequence: number): number {
    const { sequences, tokenLabels } = this.#memory;
    const [first, end] = [sequences[sequence]!, sequences[sequence + 1]!];
    this.#decode(first, end - first);
    let wrong = 0;
    for (let t = first; t < end; t++) if (this.#path[t - first] !== tokenLabels[t]) wrong++;
    return wrong;
  }

  /** Calls `add` for the features of the given labels, and with −value for those of the path that `errors` has found; not where both agree. */
  difference(sequence: number, add: (feature: number, value: number) => void): void {
    const { sequences, tokenLabels } = this.#memory;
    const first = sequences[sequence]!;
    for (let t = first; t < sequences[sequence + 1]!; t++) {
      const [right, found] = [tokenLabels[t]!, this.#path[t - first]!];
      if (right !== found) this.#stateDifference(t, right, found, add);
      if (t === first) continue;
      const [rightBefore, foundBefore] = [tokenLabels[t - 1]!, this.#path[t - first - 1]!];
      if (right === found && rightBefore === foundBefore) continue;
      const wanted = this.#memory.transitionFeature(rightBefore, right);
      const unwanted = this.#memory.transitionFeature(foundBefore, found);
      if (wanted >= 0) add(wanted, 1);
      if (unwanted >= 0) add(unwanted, -1);
    }
  }

  /** To be called when weights of transitions have changed. */
  transitionsChanged(): void {
    this.#memory.setTransitions(this.weights);
  }

  #stateDifference(token: number, right: number, found: number, add: (feature: number, value: number) => void): void {
    const { stateOffsets, stateLabels } = this.#memory.features;
    for (let at = this.#tokens[token]!; at < this.#tokens[token + 1]!; at++) {
      const attribute = this.#attributes[at]!;
      const value = this.#values ? this.#values[at]! : 1;
      for (let f = stateOffsets[attribute]!; f < stateOffsets[attribute + 1]!; f++) {
        if (stateLabels[f] === right) add(f, value);
        else if (stateLabels[f] === found) add(f, -value);
      }
    }
  }

  #decode(first: number, T: number): void {
    const { kernels } = this.#memory;
    const { plan, path } = this.#places;
    featureScores(kernels, plan, [first, first + T], this.#chain.emission);
    chainBestPath64(kernels, { ...this.#chain, T }, path);
  }
}
