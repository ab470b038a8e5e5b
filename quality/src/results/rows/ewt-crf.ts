/** Parts of speech by a CRF over sparse features, learnt by L-BFGS. */
import { tokenAccuracy } from '@seqloom/data';
import { featurizeAll, fitFeatureCRF, lbfgs } from '@seqloom/hmm-crf/feature-crf';
import { percent } from '../percent.js';
import { defineRow } from '../row.js';
import { partsOfSpeech } from '../treebank.js';
import { featurized, wordFeatures } from '../word-features.js';

export const ewtCrf = defineRow({
  name: 'ewt-crf',
  data: 'UD English EWT, UPOS',
  model: 'feature CRF',
  metric: '% of words',
  reach: { atLeast: 95 },
  reference: 'CRFsuite with the same features 95.04',
  config: { features: 'words, shapes, affixes, neighbours, pairs', c2: 0.1, maxIterations: 150 },
  async run(context, { c2, maxIterations }) {
    const { train, test } = await context.load('ud-english-ewt');
    const labelled = partsOfSpeech(context.some(train)).map(({ words, tags }) => ({ tokens: words, labels: tags }));
    const crf = await fitFeatureCRF(featurizeAll(labelled, wordFeatures), {
      algorithm: lbfgs({ c2, maxIterations: context.quick ? 3 : maxIterations }),
      threads: 2,
      onEvent: (event) => {
        if (event.type === 'iteration') context.say(`iteration ${event.iteration}: loss ${event.loss.toFixed(0)}`);
      },
    });
    const unseen = partsOfSpeech(context.some(test));
    const found = unseen.map(({ words }) => crf.tag(featurized(words)));
    const expected = unseen.map(({ tags }) => tags);
    return { score: percent(tokenAccuracy(found, expected)) };
  },
});
