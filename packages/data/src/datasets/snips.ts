/** Spoken commands with their intent and the slots that fill it. */
import { collect } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';
import { readLines } from '../formats/lines.js';
import { type DatasetSource, type Parts, readParts } from './dataset-source.js';
import { snipsOrigin } from './snips-origin.js';
import type { TaggedWords } from './wnut17.js';

/** A command: words, a slot tag for each (BIO), and what is wanted. */
export interface IntentExample extends TaggedWords {
  readonly intent: string;
}

/** 13,084 + 700 + 700 commands, seven intents, 39 slots. */
export const snips: DatasetSource<Parts<'train' | 'dev' | 'test', IntentExample>> = {
  about: {
    title: 'Snips: Natural Language Understanding benchmark (2017-06, custom intent engines)',
    licence: 'CC0 1.0',
    citation:
      'Coucke et al.: Snips Voice Platform: an embedded Spoken Language Understanding system for private-by-design voice interfaces. arXiv:1805.10190',
    source: 'https://github.com/sonos/nlu-benchmark/tree/b86ac7f1',
  },
  files: {
    train: {
      path: 'slots/snips/train.bio',
      size: 1892156,
      sha256: 'f3972a0541334b2af54bf68d94ebeee0bf61916bb7f6875b557f0cbc19cfab46',
      origin: snipsOrigin('train'),
    },
    dev: {
      path: 'slots/snips/dev.bio',
      size: 100784,
      sha256: '2229d29154c5d23f3671e899f0a569906f50a9cb77af3591d2c8299372b53d51',
      origin: snipsOrigin('dev'),
    },
    test: {
      path: 'slots/snips/test.bio',
      size: 101521,
      sha256: '1ca911b026d15b8142dc3f4ec795a9d392a247f1ed3daa26481cd3b322857213',
      origin: snipsOrigin('test'),
    },
  },
  parse: (open) =>
    readParts(['train', 'dev', 'test'], async (part) => commands(await collect(readLines(await open(part))))),
};

/** Blocks of lines: `# intent = …`, then a word and its tag in each. */
function commands(lines: readonly string[]): IntentExample[] {
  const found: { intent: string; words: string[]; tags: string[] }[] = [];
  for (const [i, line] of lines.entries()) {
    const intent = /^# intent = (\S+)$/.exec(line)?.[1];
    const [, word, tag] = /^([^\t]+)\t(\S+)$/.exec(line) ?? [];
    if (intent) found.push({ intent, words: [], tags: [] });
    else if (word && tag && found.length > 0) {
      found.at(-1)!.words.push(word);
      found.at(-1)!.tags.push(tag);
    } else if (line !== '')
      throw new DataError('loadDataset(snips)', `line ${i + 1}: neither intent nor word: ${show(line)}`);
  }
  return found;
}
