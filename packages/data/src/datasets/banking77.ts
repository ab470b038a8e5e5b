/** What customers ask their bank, and which of 77 intents it is. */
import { collect } from '@seqloom/core/dataset';
import { readCsv } from '../formats/csv.js';
import { type DatasetSource, github, type Parts, readParts } from './dataset-source.js';
import type { LabelledText } from './sentence-polarity.js';

const repository = 'PolyAI-LDN/task-specific-datasets';
const commit = '57ec275d';

/** 10,003 + 3,080 questions. */
export const banking77: DatasetSource<Parts<'train' | 'test', LabelledText>> = {
  about: {
    title: 'BANKING77',
    licence: 'CC BY 4.0',
    citation:
      'Casanueva, Temčinas, Gerz, Henderson, Vulić: Efficient Intent Detection with Dual Sentence Encoders. NLP for ConvAI 2020, arXiv:2003.04807',
    source: `https://github.com/${repository}/tree/${commit}/banking_data`,
  },
  files: {
    train: {
      path: 'classification/banking77/train.csv',
      size: 839073,
      sha256: 'b06e26ac675513959a63135f11b94ea7786ed02da65db93a5650d8838cbc664b',
      origin: github(repository, commit, 'banking_data/train.csv'),
    },
    test: {
      path: 'classification/banking77/test.csv',
      size: 239961,
      sha256: 'd12d6e3bc4c3103966ae786dc435913c0c563dfa328f5a3646d0e62cfeeb474d',
      origin: github(repository, commit, 'banking_data/test.csv'),
    },
  },
  parse: (open) =>
    readParts(['train', 'test'], async (part) => {
      const rows = await collect(readCsv<'text' | 'category'>(await open(part)));
      return rows.map(({ text, category }) => ({ text, label: category }));
    }),
};
