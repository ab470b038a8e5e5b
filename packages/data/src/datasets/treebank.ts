/** A Universal Dependencies treebank: CoNLL-U files at a commit of its repository. https://universaldependencies.org */
import { collect } from '@seqloom/core/dataset';
import { readConllu } from '../formats/conllu.js';
import type { Sentence } from '../formats/sentence.js';
import { type DatasetAbout, type DatasetSource, github, type Parts, readParts } from './dataset-source.js';

export interface Treebank<Part extends string> {
  about: Omit<DatasetAbout, 'source'>;
  /** The data folder's name for it. */
  name: string;
  /** As in `UniversalDependencies/UD_English-EWT`, and the commit. */
  repository: string;
  commit: string;
  /** What the files are called before `-ud-train.conllu`. */
  prefix: string;
  parts: Readonly<Record<Part, { size: number; sha256: string }>>;
}

/** The dataset of a treebank's parts, which are not to be mixed. */
export function treebank<Part extends string>(bank: Treebank<Part>): DatasetSource<Parts<Part, Sentence>> {
  const { about, name, repository, commit, prefix } = bank;
  const parts = Object.entries<{ size: number; sha256: string }>(bank.parts);
  const files = parts.map(([part, sum]) => {
    const file = `${prefix}-ud-${part}.conllu`;
    return [part, { path: `labelling/${name}/${file}`, ...sum, origin: github(repository, commit, file) }] as const;
  });
  return {
    about: { ...about, source: `https://github.com/${repository}/tree/${commit}` },
    files: Object.fromEntries(files),
    parse: (open) =>
      readParts(
        parts.map(([part]) => part as Part),
        async (part) => collect(readConllu(await open(part))),
      ),
  };
}
