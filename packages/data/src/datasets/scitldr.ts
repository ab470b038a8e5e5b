/** Abstracts of papers and summaries of one line. */
import { collect } from '@seqloom/core/dataset';
import { readJsonl } from '../formats/jsonl.js';
import { type DataFile, type DatasetSource, github, type Parts, readParts } from './dataset-source.js';

/** The sentences of an abstract, and what authors and reviewers made of them: any of the targets will do. */
export interface AbstractSummary {
  readonly source: readonly string[];
  readonly targets: readonly string[];
}

const repository = 'allenai/scitldr';
const commit = '5ccad9c0';

/** 1,992 + 619 + 618 papers. */
export const scitldr: DatasetSource<Parts<'train' | 'dev' | 'test', AbstractSummary>> = {
  about: {
    title: 'SciTLDR-A: Extreme Summarization of Scientific Documents (abstracts)',
    licence: 'Apache-2.0',
    citation:
      'Cachola, Lo, Cohan, Weld: TLDR: Extreme Summarization of Scientific Documents. Findings of EMNLP 2020, arXiv:2004.15011',
    source: `https://github.com/${repository}/tree/${commit}/SciTLDR-Data/SciTLDR-A`,
  },
  files: {
    train: file('train', 3155015, 'b222771d387be585cfdf5ae957b36757138415a352e0a3e3b23f73f87c3b1119'),
    dev: file('dev', 1124865, '3191fa98ccc09521332b7a1cd63b1930be4e8df125a235ccd31e40329709525e'),
    test: file('test', 1204107, 'fb42dd6cd4f4a1928ae8a01a189456fbfe994a07e938bd49f68653933f6503c9'),
  },
  parse: (open) =>
    readParts(['train', 'dev', 'test'], async (part) => collect(readJsonl(await open(part), { check: summary }))),
};

function file(part: string, size: number, sha256: string): DataFile {
  const origin = github(repository, commit, `SciTLDR-Data/SciTLDR-A/${part}.jsonl`);
  return { path: `summarisation/scitldr/${part}.jsonl`, size, sha256, origin };
}

function summary(value: unknown): AbstractSummary {
  const { source, target } = value as { source?: unknown; target?: unknown };
  const texts = (list: unknown) => Array.isArray(list) && list.every((text) => typeof text === 'string');
  if (!texts(source) || !texts(target)) throw new TypeError('`source` and `target` must be lists of texts');
  return { source: source as string[], targets: target as string[] };
}
