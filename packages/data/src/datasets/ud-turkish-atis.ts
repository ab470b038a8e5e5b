/** Turkish questions about flights with parts of speech and rich morphology. */
import type { Sentence } from '../formats/sentence.js';
import type { DatasetSource, Parts } from './dataset-source.js';
import { treebank } from './treebank.js';

/** 4,274 + 572 + 586 sentences; 13 universal tags. */
export const udTurkishAtis: DatasetSource<Parts<'train' | 'dev' | 'test', Sentence>> = treebank({
  about: {
    title: 'Universal Dependencies Turkish Atis',
    licence: 'CC BY-SA 4.0',
    citation: 'Köse, Yıldız: Universal Dependencies Turkish Atis. https://universaldependencies.org',
  },
  name: 'ud-turkish-atis',
  repository: 'UniversalDependencies/UD_Turkish-Atis',
  commit: '22eef3a1',
  prefix: 'tr_atis',
  parts: {
    train: { size: 2709076, sha256: '559e3e975e15a953a45bc88a92922647882e64f1a66a21a436df268826ffe595' },
    dev: { size: 359834, sha256: '71d944a7731461bb3047c9a2a0d19fbe85b4755c26d16cf5a9de4bfd60b70ade' },
    test: { size: 364607, sha256: '2741d834b2319f9349e2d60abf60cbe340d2f6dea4866807853eaa23bbf1c700' },
  },
});
