/** Chinese encyclopaedia sentences in simplified characters, development and test part. */
import type { Sentence } from '../formats/sentence.js';
import type { DatasetSource, Parts } from './dataset-source.js';
import { treebank } from './treebank.js';

/** 500 + 500 sentences: there is no `train`. */
export const udChineseGsdsimp: DatasetSource<Parts<'dev' | 'test', Sentence>> = treebank({
  about: {
    title: 'Universal Dependencies Chinese GSDSimp (development and test)',
    licence: 'CC BY-SA 4.0',
    citation: 'Qi, Yasuoka: Universal Dependencies Chinese GSDSimp. https://universaldependencies.org',
  },
  name: 'ud-chinese-gsdsimp',
  repository: 'UniversalDependencies/UD_Chinese-GSDSimp',
  commit: 'eb3aed31',
  prefix: 'zh_gsdsimp',
  parts: {
    dev: { size: 1180003, sha256: '342a2969df6d6d08bdc25dbc067c93c86ab3099bb054a9921ae7067cbc2c53ad' },
    test: { size: 1120900, sha256: '573f59b799b499a920d2d5bdc0e3c1dbd7bcacf86bdece4334ecbd03e21b6150' },
  },
});
