/** English sentences and French translations; several lines with the same English are several references. */
import { collect } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';
import { readLines, type SentencePair } from '../formats/lines.js';
import { type DatasetSource, type Parts, readParts } from './dataset-source.js';
import { tatoebaOrigin } from './tatoeba-origin.js';

/** 141,234 + 669 + 734 pairs (466 and 493 English sentences in dev and test, of which training has neither side). */
export const tatoebaEngFra: DatasetSource<Parts<'train' | 'dev' | 'test', SentencePair>> = {
  about: {
    title: 'Tatoeba English–French sentence pairs (file of 2017-09-29)',
    licence: 'CC BY 2.0 FR',
    citation: 'tatoeba.org, by way of www.manythings.org/anki',
    source: 'https://github.com/genimind/seq2seq/tree/4f3f8eb0 (fra-eng.zip)',
  },
  files: {
    train: {
      path: 'translation/tatoeba-eng-fra/train.tsv',
      size: 9905322,
      sha256: '38ae39a077ef800b3eee58ce17714a190901890e217f8992ef883f4f11abdf31',
      origin: tatoebaOrigin('train'),
    },
    dev: {
      path: 'translation/tatoeba-eng-fra/dev.tsv',
      size: 45972,
      sha256: '2ee327e02bfabba17663cf7282d2bf172aa3770db25992e445b85342d86eadf8',
      origin: tatoebaOrigin('dev'),
    },
    test: {
      path: 'translation/tatoeba-eng-fra/test.tsv',
      size: 50293,
      sha256: 'b9b2dffbbce7ace19218964eef8a278a82dc78db49bb7f6df33c2fb13a0424fe',
      origin: tatoebaOrigin('test'),
    },
  },
  parse: (open) =>
    readParts(['train', 'dev', 'test'], async (part) => {
      const lines = await collect(readLines(await open(part)));
      return lines.map((line, i) => {
        const [source, target, more] = line.split('\t');
        if (source && target && more === undefined) return { source, target };
        throw new DataError('loadDataset(tatoeba-eng-fra)', `line ${i + 1}: expected two columns, got ${show(line)}`);
      });
    }),
};
