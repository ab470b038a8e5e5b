/** English web text with parts of speech, features and dependencies. */
import type { Sentence } from '../formats/sentence.js';
import type { DatasetSource, Parts } from './dataset-source.js';
import { treebank } from './treebank.js';

/** 12,544 + 2,001 + 2,077 sentences; 17 universal tags. */
export const udEnglishEwt: DatasetSource<Parts<'train' | 'dev' | 'test', Sentence>> = treebank({
  about: {
    title: 'Universal Dependencies English Web Treebank 2.15',
    licence: 'CC BY-SA 4.0 (annotations)',
    citation:
      'Silveira, Dozat, de Marneffe, Bowman, Connor, Bauer, Manning: A Gold Standard Dependency Corpus for English. LREC 2014',
  },
  name: 'ud-english-ewt',
  repository: 'UniversalDependencies/UD_English-EWT',
  commit: '15d613d8',
  prefix: 'en_ewt',
  parts: {
    train: { size: 14203025, sha256: '3fb78e2b55482c8ee00caa653af436c88c9e5bc9a73ce26e4ae3ddc79d2b7e7b' },
    dev: { size: 1805545, sha256: '531a54ff90d6ab12201c5a50c3e78e6ddac4de69abc4bce5d275d3cd29efe2b6' },
    test: { size: 1804515, sha256: 'e266e515a0a7547657ed3d90d9ba46487d6bd251f27ad4269d4e8a427c8555cd' },
  },
});
