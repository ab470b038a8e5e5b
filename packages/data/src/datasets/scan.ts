/** SCAN: simplified commands to sequences of actions, split so that they ask for composition. */
import { collect } from '@seqloom/core/dataset';
import { DataError, show } from '@seqloom/core/errors';
import { readLines } from '../formats/lines.js';
import { type DataFile, type DatasetSource, github, type Parts, readParts } from './dataset-source.js';

/** Symbols and what is to be made of them. */
export interface SymbolPair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

export type ScanSplit = 'simple' | 'length' | 'add-jump';

const repository = 'brendenlake/SCAN';
const commit = 'c4b756cb';

/** 16,728 + 4,182 commands at random; 16,990 + 3,920 by length; 14,670 + 7,706 where `jump` is known alone only. */
export const scan: DatasetSource<Parts<'train' | 'test', SymbolPair>, ScanSplit> = {
  about: {
    title: 'SCAN: Simplified versions of the CommAI Navigation tasks',
    licence: 'BSD (Facebook)',
    citation:
      'Lake, Baroni: Generalization without systematicity: On the compositional skills of sequence-to-sequence recurrent networks. ICML 2018, arXiv:1711.00350',
    source: `https://github.com/${repository}/tree/${commit}`,
  },
  splits: ['simple', 'length', 'add-jump'],
  files: {
    'simple train': file(
      'simple_split',
      'train_simple',
      3267938,
      '941bb8a088c5f53ceff12fde902dc008933cf0c4203cc672c47b5f79d73262dd',
    ),
    'simple test': file(
      'simple_split',
      'test_simple',
      812450,
      '1fe1c8f5a19d0dc40e41bab94278f45f66f3dc415a978bd29855a23440610fc6',
    ),
    'length train': file(
      'length_split',
      'train_length',
      2723418,
      'b034212dc7cf87ce62f3a067dd6ad49c4d5cd18d51d615d13825516bcb1ebbc2',
    ),
    'length test': file(
      'length_split',
      'test_length',
      1356970,
      '0760752ed34a75116ae11dcc1ee17526b7500060da1366540730fa24894d7db3',
    ),
    'add-jump train': file(
      'add_prim_split',
      'train_addprim_jump',
      2579619,
      'e3c78485692e028eed4205e1b8b3fd0e785ef2c12d45b5b89204dadf5b239e23',
    ),
    'add-jump test': file(
      'add_prim_split',
      'test_addprim_jump',
      1531555,
      '8147ae2651422c701162e174d9d66158daa57858a26b30317ac61797118ac7a5',
    ),
  },
  parse: (open, split) =>
    readParts(['train', 'test'], async (part) => {
      const lines = await collect(readLines(await open(`${split} ${part}`)));
      return lines.map(pair);
    }),
};

function file(folder: string, name: string, size: number, sha256: string): DataFile {
  const origin = github(repository, commit, `${folder}/tasks_${name}.txt`);
  return { path: `seq2seq/scan/tasks_${name}.txt`, size, sha256, origin };
}

/** `IN: jump twice OUT: I_JUMP I_JUMP`. */
function pair(line: string, i: number): SymbolPair {
  const [, source, target] = /^IN: (.+) OUT: (.+)$/.exec(line) ?? [];
  if (!source || !target)
    throw new DataError('loadDataset(scan)', `line ${i + 1}: expected IN: … OUT: …, got ${show(line)}`);
  return { source: source.split(' '), target: target.split(' ') };
}
