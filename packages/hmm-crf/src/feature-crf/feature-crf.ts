/** A conditional random field over sparse features (Lafferty et al. 2001), trained: it tags sequences of items. */
import { DataError, show } from '@seqloom/core/errors';
import { Float64Chain } from '../chain64/index.js';
import { BestPath } from './best-path.js';
import { checkModel } from './check-model.js';
import type { FeatureModel } from './feature-model.js';
import { forEachAttribute, type Item } from './item.js';

/** A labelling with its probability among all labellings. */
export interface RankedLabels {
  readonly labels: readonly string[];
  readonly probability: number;
}

export class FeatureCRF {
  readonly model: FeatureModel;
  readonly #transition: Float64Array; // [L,L], 0 where the model has no feature
  readonly #best: BestPath;
  readonly #ids: ReadonlyMap<string, number>;

  /** Throws a DataError when the arrays of `model` do not fit together or hold a number that is not finite. */
  constructor(model: FeatureModel) {
    checkModel(model);
    this.model = model;
    this.#transition = denseTransitions(model);
    this.#best = new BestPath(model.labels.length, this.#transition);
    this.#ids = new Map(model.labels.map((label, id) => [label, id]));
  }

  /** L names. */
  get labels(): readonly string[] {
    return this.model.labels;
  }

  /** The most probable labels (Viterbi), one for each item; of equally probable ones those of lowest number. */
  tag(items: readonly Item[]): string[] {
    if (items.length === 0) return [];
    this.#addScores(items, this.#best.scores(items.length));
    return this.#names(this.#best.find(items.length));
  }

  /** The chain of labels over the items, to be asked anything else: samples, entropy, pairs, minimum risk, with restrictions. */
  chain(items: readonly Item[]): Float64Chain {
    const L = this.labels.length;
    const emission = new Float64Array(items.length * L);
    this.#addScores(items, emission);
    const transition = this.#transition;
    return new Float64Chain({ initial: new Float64Array(L), transition, emission, lengths: [items.length] });
  }

  /** The probability of every label for every item: T rows [L], each of sum 1. */
  marginals(items: readonly Item[]): Float64Array[] {
    const L = this.labels.length;
    const all = this.chain(items).marginals();
    return Array.from(items, (_, t) => all.subarray(t * L, (t + 1) * L));
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
    return Math.min(0, this.chain(items).logProbability(path)[0]!);
  }

  /** p(labels | items), from 0 to 1. */
  probability(items: readonly Item[], labels: readonly string[]): number {
    return Math.exp(this.logProbability(items, labels));
  }

  /** The k most probable labellings, best first; fewer where there are not so many. Throws an OptionError unless k is a whole number from 1 on. */
  kBest(items: readonly Item[], k: number): RankedLabels[] {
    const chain = this.chain(items);
    const [logZ] = chain.logPartition();
    const [paths] = chain.kBest(k);
    return paths!.map(({ path, score }) => ({
      labels: this.#names(path),
      probability: Math.exp(Math.min(0, score - logZ!)),
    }));
  }

  #names(path: Int32Array): string[] {
    const { labels } = this.model;
    const names = new Array<string>(path.length);
    for (let t = 0; t < path.length; t++) names[t] = labels[path[t]!]!;
    return names;
  }

  /** scores [T,L] += the weights of the attributes that the model knows. */
  #addScores(items: readonly Item[], scores: Float64Array): void {
    const { attributes, labels } = this.model;
    for (let t = 0, row = 0; t < items.length; t++, row += labels.length) {
      const item = items[t]!;
      if (isPlain(item)) {
        for (let n = 0; n < item.length; n++) this.#addWeights(attributes.id(item[n]!), 1, scores, row);
        continue;
      }
      const add = (attribute: string, value: number) => this.#addWeights(attributes.id(attribute), value, scores, row);
      forEachAttribute(item, () => `item ${t}`, add);
    }
  }

  /** The weights of one attribute, −1 of one that the model does not know. */
  #addWeights(id: number, value: number, scores: Float64Array, row: number): void {
    if (id < 0) return;
    const { stateOffsets, stateLabels, stateWeights } = this.model;
    const end = stateOffsets[id + 1]!;
    for (let f = stateOffsets[id]!; f < end; f++) scores[row + stateLabels[f]!]! += value * stateWeights[f]!;
  }
}

/** A list of strings and nothing else: what most items are. */
function isPlain(item: Item): item is readonly string[] {
  if (!Array.isArray(item)) return false;
  for (let n = 0; n < item.length; n++) if (typeof item[n] !== 'string') return false;
  return true;
}

function denseTransitions({ labels, transitionOffsets, transitionLabels, transitionWeights }: FeatureModel) {
  const L = labels.length;
  const dense = new Float64Array(L * L);
  for (let i = 0; i < L; i++) {
    for (let f = transitionOffsets[i]!; f < transitionOffsets[i + 1]!; f++) {
      dense[i * L + transitionLabels[f]!]! += transitionWeights[f]!;
    }
  }
  return dense;
}
