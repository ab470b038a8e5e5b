/** The chain of a feature CRF over one sentence, with what a person set by hand, and all that can be asked of it. */
import { tagScheme } from '@seqloom/hmm-crf';
import { type FeatureCRF, Float64Chain, type Item } from '@seqloom/hmm-crf/feature-crf';
import type { Picture, TagsResult, Touch } from '../experiment.js';
import { taggedWords } from './tags.js';

export interface Asked {
  readonly words: readonly string[];
  readonly items: readonly Item[];
  /** Whether only paths that keep the rules of BIO may be taken. */
  readonly rules: boolean;
  readonly touches?: readonly Touch[];
}

export class SentenceChain {
  readonly labels: readonly string[];
  /** [T,L] */
  readonly emission: Float64Array;
  /** [L,L] */
  readonly transition: Float64Array;
  readonly chain: Float64Chain;
  readonly #words: readonly string[];

  constructor(crf: FeatureCRF, { words, items, rules, touches = [] }: Asked) {
    this.labels = crf.labels;
    this.#words = words;
    const [L, ids] = [this.labels.length, this.labels.map((_, id) => id)];
    this.emission = Float64Array.from(items.flatMap((item) => ids.map((id) => crf.chain([item]).score([id])[0]!)));
    const between = crf.chain([[], []]);
    this.transition = Float64Array.from(ids.flatMap((from) => ids.map((to) => between.score([from, to])[0]!)));
    for (const { view, row, column, value } of touches) {
      if (view === 'emission') this.emission[column * L + row] = value;
      if (view === 'transition') this.transition[row * L + column] = value;
    }
    const potentials = { initial: new Float64Array(L), transition: this.transition, emission: this.emission };
    const free = new Float64Chain({ ...potentials, lengths: [items.length] });
    this.chain = rules ? free.restrict(tagScheme('BIO', this.labels)) : free;
  }

  /** The labels of the best path. */
  best(): string[] {
    return [...this.chain.viterbi().path].map((id) => this.labels[id]!);
  }

  /** The k best paths, each with its probability among all paths, and the marginal probabilities of each word. */
  answers(k: number, ordinals: readonly string[]): TagsResult[] {
    const marginals = this.chain.marginals();
    const [logZ] = this.chain.logPartition();
    const [paths] = this.chain.kBest(k);
    return paths!.map(({ path, score }, rank) => ({
      ...taggedWords({ words: this.#words, tags: this.labels, path, marginals }),
      label: `${ordinals[rank]}: ${(100 * Math.exp(score - logZ!)).toFixed(1)} %`,
    }));
  }

  pictures(rules: boolean): Record<'trellis' | 'emission' | 'transition', Picture> {
    const { labels, emission, transition } = this;
    const [L, T] = [labels.length, this.#words.length];
    const allowed = rules ? tagScheme('BIO', labels).transition.flat() : new Array<boolean>(L * L).fill(true);
    const byLabel = Float32Array.from({ length: L * T }, (_, i) => emission[(i % T) * L + Math.floor(i / T)]!);
    const matrix = (columns: readonly string[], values: Float32Array): Picture => ({
      kind: 'matrix',
      rows: labels,
      columns,
      layers: [{ label: 'all', values }],
      scale: 'signed',
    });
    return {
      trellis: {
        kind: 'trellis',
        states: labels,
        columns: this.#words,
        layers: [{ label: 'Marginals', values: Float32Array.from(this.chain.marginals()) }],
        path: [...this.chain.viterbi().path],
        transition: Float32Array.from(allowed, Number),
      },
      emission: matrix(this.#words, byLabel),
      transition: matrix(labels, Float32Array.from(transition)),
    };
  }
}
