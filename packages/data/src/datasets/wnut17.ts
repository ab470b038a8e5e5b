/** Named entities that emerge in social media. */
import { collect } from '@seqloom/core/dataset';
import { readConll } from '../formats/conll.js';
import { type DatasetSource, github, type Parts, readParts } from './dataset-source.js';

/** Words and a tag for each. */
export interface TaggedWords {
  readonly words: readonly string[];
  readonly tags: readonly string[];
}

const repository = 'leondz/emerging_entities_17';
const commit = 'e52a2d2a';

/** 3,394 + 1,009 + 1,287 sentences, six types of entities in BIO tags. */
export const wnut17: DatasetSource<Parts<'train' | 'dev' | 'test', TaggedWords>> = {
  about: {
    title: 'WNUT 2017: Novel and Emerging Entity Recognition',
    licence: 'CC BY 4.0',
    citation:
      'Derczynski, Nichols, van Erp, Limsopatham: Results of the WNUT2017 Shared Task on Novel and Emerging Entity Recognition. W-NUT 2017',
    source: `https://github.com/${repository}/tree/${commit}`,
  },
  files: {
    train: {
      path: 'ner/wnut17/wnut17train.conll',
      size: 493781,
      sha256: '731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5',
      origin: github(repository, commit, 'wnut17train.conll'),
    },
    dev: {
      path: 'ner/wnut17/emerging.dev.conll',
      size: 114749,
      sha256: 'e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8',
      origin: github(repository, commit, 'emerging.dev.conll'),
    },
    test: {
      path: 'ner/wnut17/emerging.test.annotated',
      size: 192425,
      sha256: '2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0',
      origin: github(repository, commit, 'emerging.test.annotated'),
    },
  },
  parse: (open) =>
    readParts(['train', 'dev', 'test'], async (part) => {
      const sentences = readConll(await open(part), { columns: ['words', 'tags'], separator: '\t' });
      const examples = await collect(sentences);
      return examples.map(({ columns: { words, tags } }) => ({ words, tags }));
    }),
};
