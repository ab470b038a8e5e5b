/** Herman Melville's novel. */
import { type DatasetSource, github } from './dataset-source.js';
import { languageText, type TextParts } from './language-text.js';

/** 1,242,990 bytes with the lines as Project Gutenberg broke them. */
export const mobyDick: DatasetSource<TextParts> = languageText(
  {
    title: 'Moby-Dick; or, The Whale',
    licence: 'public domain',
    citation: 'Melville: Moby-Dick. 1851; text of Project Gutenberg, as in NLTK',
    source: 'https://github.com/teropa/nlp/tree/f89bc5a1/resources/corpora/gutenberg',
  },
  {
    path: 'lm/moby-dick/melville-moby_dick.txt',
    size: 1242990,
    sha256: 'dc2466ee3c2e6e2ea1f86233d142e4b5578fdc1d6f0ca657bee7572202a980c7',
    origin: github('teropa/nlp', 'f89bc5a1', 'resources/corpora/gutenberg/melville-moby_dick.txt'),
  },
);
