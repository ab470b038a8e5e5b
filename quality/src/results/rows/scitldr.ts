/** Papers in one line, by a network that can copy words of the abstract (arXiv:1704.04368). */
import { Rng } from '@seqloom/core';
import { rouge, splitWords } from '@seqloom/data';
import { averageLength, noRepeatedNgrams } from '@seqloom/layers';
import { Seq2Seq } from '@seqloom/models';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';

export const scitldr = defineRow({
  name: 'scitldr',
  data: 'SciTLDR, abstracts to one line',
  model: 'Seq2Seq: pointer-generator',
  metric: 'ROUGE-L F1',
  reference: 'the first sentence of the abstract: see below',
  config: {
    seed: 1,
    /** Words of the abstract that are read, and of the summary that are learnt. */
    words: { source: 160, target: 40 },
    model: {
      network: { kind: 'lstm', hiddenSize: 128, embeddingSize: 100, attention: 'additive', copy: true, coverage: 0.5 },
      dropout: 0.3,
      minCount: 3,
    },
    learning: { epochs: 10, batchSize: 16, learningRate: 2e-3 },
    width: 4,
    maxLength: 40,
  },
  async run(context, { seed, words, model, learning, width, maxLength }) {
    const parts = await context.load('scitldr');
    const split = (text: string) => splitWords(text.toLowerCase());
    const read = (source: readonly string[]) => split(source.join(' ')).slice(0, words.source);
    const pairs = (papers: typeof parts.train) =>
      papers.flatMap(({ source, targets }) =>
        targets.map((target) => ({ source: read(source), target: split(target).slice(0, words.target) })),
      );
    const train = pairs([...context.some(parts.train)]);
    const summarizer = Seq2Seq.build(train, { ...model, rng: new Rng(seed) });
    const dev = pairs(
      context.some(parts.dev, 8).map(({ source, targets }) => ({ source, targets: targets.slice(0, 1) })),
    );
    await summarizer.fit(train, context.fit(learning, { dev }));
    const test = context.some(parts.test);
    const options = { width, maxLength, penalties: [averageLength(1)], rules: [noRepeatedNgrams(3)] };
    const outputs = await summarizer.predict(
      test.map(({ source }) => read(source)),
      options,
    );
    const references = test.map(({ targets }) => [...targets]);
    const score = (texts: readonly string[]) => rouge(texts, references);
    const ours = score(outputs.map((tokens) => tokens.join(' ')));
    const lead = score(test.map(({ source }) => source[0]!));
    return {
      score: percent(ours.rougeL.f1),
      further: {
        'ROUGE-1, ROUGE-2': `${percent(ours.rouge1.f1)}, ${percent(ours.rouge2.f1)}`,
        'first sentence: ROUGE-1, ROUGE-2, ROUGE-L': [lead.rouge1, lead.rouge2, lead.rougeL]
          .map(({ f1 }) => percent(f1))
          .join(', '),
        'of the first paper': outputs[0]!.join(' '),
      },
    };
  },
});
