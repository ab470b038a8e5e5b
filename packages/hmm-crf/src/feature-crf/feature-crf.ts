/** A conditional random field over sparse features (Lafferty et al. 2001), trained: it tags sequences of items. */
import { DataError, show } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import { checkModel } from './check-model.js';
import type { FeatureModel } from './feature-model.js';
import { forEachAttribute, type Item } from './item.js';
import { type RankedPath, SequenceChain } from './sequence-chain.js';

/** A labelling with its probability among all labellings. */
export interface RankedLabels {
  readonly labels: readonly string[];
  readonly probability: number;
}

export class FeatureCRF {
  readonly model: FeatureModel;
  readonly #chain: SequenceChain;
  readonly #ids: ReadonlyMap<string, number>;

  /** Throws a DataError when the arrays of `model` do not fit together or hold a number that is not finite. */
  constructor(model: FeatureModel) {
    checkModel(model);
    this.model = model;
    this.#chain = new SequenceChain(model);
    this.#ids = new Map(model.labels.map((label, id) => [label, id]));
  }

  /** L names. */
  get labels(): readonly string[] {
    return this.model.labels;
  }

  /** The most probable labels (Viterbi), one for each item; of equally probable ones those of lowest number. */
  tag(items: readonly Item[]): string[] {
    return this.#names(this.#score(items).bestPath());
  }

  /** The probability of every label for every item: T rows [L], each of sum 1. */
  marginals(items: readonly Item[]): Float64Array[] {
    return this.#score(items).marginals();
  }

  /** log p(labels | items); −∞ when it cannot be. Throws a DataError for an unknown label or a wrong number of them. */
  logProbability(items: readonly Item[], labels: readonly string[]): number {
    if (labels.length !== items.length) {
      throw new DataError('FeatureCRF.probability', `${items.length} items, but ${labels.length} labels`);
    }
    const path = labels.map((label, t) => {
      const id = this.#ids.get(label);
      if (id !== undefined) return id;
      throw new DataError('FeatureCRF.probability', `item ${t}: the model has no label ${show(label)}`, {
        hint: `its labels: ${this.labels.slice(0, 20).join(', ')}`,
      });
    });
    return this.#score(items).logProbability(path);
  }

  /** p(labels | items), from 0 to 1. */
  probability(items: readonly Item[], labels: readonly string[]): number {
    return Math.exp(this.logProbability(items, labels));
  }

  /** The k most probable labellings, best first; fewer where there are not so many. */
  kBest(items: readonly Item[], k: number): RankedLabels[] {
    const paths = this.#score(items).bestPaths(count('FeatureCRF.kBest', 'k', k));
    return paths.map(({ path, probability }: RankedPath) => ({ labels: this.#names(path), probability }));
  }

  #names(path: ArrayLike<number>): string[] {
    return Array.from(path, (id) => this.labels[id]!);
  }

  /** Puts the scores of all labels at all items into the chain: the weights of the attributes that the model knows. */
  #score(items: readonly Item[]): SequenceChain {
    const { attributes, stateOffsets, stateLabels, stateWeights, labels } = this.model;
    const scores = this.#chain.begin(items.length);
    let row = 0;
    let t = 0;
    const where = () => `item ${t}`;
    const add = (attribute: string, weight: number) => {
      const id = attributes.id(attribute);
      if (id < 0) return;
      const end = stateOffsets[id + 1]!;
      for (let f = stateOffsets[id]!; f < end; f++) scores[row + stateLabels[f]!]! += weight * stateWeights[f]!;
    };
    for (; t < items.length; t++, row += labels.length) forEachAttribute(items[t]!, where, add);
    return this.#chain;
  }
}
