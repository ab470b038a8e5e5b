/** Sentences of film reviews, positive or negative. */
import { collect } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';
import { readLines } from '../formats/lines.js';
import { type DatasetSource, type Parts, readParts } from './dataset-source.js';
import { polarityOrigin } from './polarity-origin.js';

/** A text and its class. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** 8,506 + 1,086 + 1,070 sentences, in lower case, words separated by blanks; labels `positive` and `negative`. */
export const sentencePolarity: DatasetSource<Parts<'train' | 'dev' | 'test', LabelledText>> = {
  about: {
    title: 'Sentence polarity dataset 1.0',
    licence: 'CC BY 4.0 (as stated by the NLTK index)',
    citation:
      'Pang, Lee: Seeing stars: Exploiting class relationships for sentiment categorization with respect to rating scales. ACL 2005',
    source: 'https://github.com/dennybritz/cnn-text-classification-tf/tree/18762b45/data/rt-polaritydata',
  },
  files: {
    train: {
      path: 'classification/sentence-polarity/train.tsv',
      size: 999133,
      sha256: 'ca850726e094b64c778b3a8fb55dabdeb71a10b47c2bf525ed184a5076e6d221',
      origin: polarityOrigin('train'),
    },
    dev: {
      path: 'classification/sentence-polarity/dev.tsv',
      size: 126865,
      sha256: 'c77313cf50090d1efdace739ecbcde724906e2cfab0f0c72008af57136bb28fe',
      origin: polarityOrigin('dev'),
    },
    test: {
      path: 'classification/sentence-polarity/test.tsv',
      size: 123607,
      sha256: 'afba0fed29d79e6043c39ffb3c5cbebf0d41bab7e62a277f5c78f0dee43e1cca',
      origin: polarityOrigin('test'),
    },
  },
  parse: (open) =>
    readParts(['train', 'dev', 'test'], async (part) => {
      const lines = await collect(readLines(await open(part)));
      return lines.map(labelled);
    }),
};

function labelled(line: string, i: number): LabelledText {
  const [, label, text] = /^([01])\t(.+)$/.exec(line) ?? [];
  if (label && text) return { text, label: label === '1' ? 'positive' : 'negative' };
  throw new DataError(
    'loadDataset(sentence-polarity)',
    `line ${i + 1}: expected 0 or 1, a tab and a text, got ${show(line)}`,
  );
}
