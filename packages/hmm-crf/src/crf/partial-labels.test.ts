/** A training example: 6 labelled sentences, 60 labelled in part, and the rules of BIO. */
import { adam, dataset, fit, lengthMask, Module, Rng, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Constraints } from '../constraints/constraints.js';
import { tagScheme } from '../constraints/tag-scheme.js';
import { CRF } from './crf.js';
import { activeFeatures } from './features/active-features.js';
import { AttributeVocabulary } from './features/attribute-vocabulary.js';
import { SparseFeatures } from './features/sparse-features.js';
import { partialLabelLoss } from './losses/partial-label.js';
import { meanOverSequences } from './losses/reductions.js';

/** A tagger of words by their names alone. */
class WordTagger extends Module {
  readonly sparse: SparseFeatures;
  readonly crf: CRF;

  constructor(featureCount: number, crf: CRF) {
    super();
    this.sparse = new SparseFeatures({ featureCount, labelCount: 3 });
    this.crf = crf;
  }
}

describe('a tagger for which few sentences are labelled, and many in part', () => {
  const names = ['O', 'B-X', 'I-X'];
  const words = AttributeVocabulary.build([Array.from({ length: 30 }, (_, w) => [`w${w}`])]);

  async function trained(train: ReturnType<typeof sentences>, allowed?: Constraints) {
    const model = new WordTagger(words.size, new CRF({ labelCount: 3, allowed, rng: new Rng(3) }));
    const emissions = ({ items, lengths }: typeof train) => {
      const mask = lengthMask(lengths, 8);
      return { values: model.sparse.forward(activeFeatures(items, words, 8)), mask };
    };
    const loss = (batch: typeof train) => {
      const seen = emissions(batch);
      return meanOverSequences(partialLabelLoss(model.crf, seen, batch.known), seen.mask);
    };
    await fit({ model, data: dataset(() => [train]), loss, optimizer: adam({ learningRate: 0.1 }), epochs: 40 });
    const test = sentences(100, new Rng(9), 1);
    const decoded = tf.tidy(() => model.crf.decode(emissions(test)).arraySync());
    model.dispose();
    const right = test.known.flatMap((row, b) => row.map((label, t) => Number(decoded[b]![t] === label)));
    const broken = decoded.filter((row) => row[0] === 2 || row.some((label, t) => label === 2 && row[t - 1] === 0));
    return { accuracy: right.reduce((a, x) => a + x, 0) / right.length, broken: broken.length };
  }

  it('partial labels and constraints make it better', async () => {
    await useBackend('cpu');
    const [few, many] = [sentences(6, new Rng(1), 1), sentences(60, new Rng(2), 0.4)];
    const all = {
      items: [...few.items, ...many.items],
      lengths: [...few.lengths, ...many.lengths],
      known: [...few.known, ...many.known],
    };
    const [without, partly] = [await trained(few), await trained(all)];
    const both = await trained(all, tagScheme('BIO', names));
    expect(both.accuracy).toBeGreaterThan(without.accuracy + 0.1);
    expect(both.accuracy).toBeGreaterThanOrEqual(partly.accuracy);
    expect([partly.broken > 0, both.broken]).toEqual([true, 0]);
  });
});

/** Sentences of a BIO chain over 30 words; each label is known with the given probability, −1 otherwise. */
function sentences(count: number, rng: Rng, share: number) {
  const next = [
    [0, 0, 0, 1],
    [0, 2, 2, 1],
    [0, 2, 0, 1],
  ];
  const rows = Array.from({ length: count }, () => {
    const labels = [rng.below(2)];
    for (let t = 1; t < 5 + rng.below(4); t++) labels.push(rng.choice(next[labels.at(-1)!]!));
    return labels;
  });
  const word = (label: number) => `w${rng.uniform() < 0.25 ? rng.below(30) : 10 * label + rng.below(10)}`;
  return {
    items: rows.map((labels) => labels.map((label) => [word(label)])),
    lengths: rows.map((labels) => labels.length),
    known: rows.map((labels) => labels.map((label) => (rng.uniform() < share ? label : -1))),
  };
}
