/** Forty thousand lines of Shakespeare. */
import { type DatasetSource, github } from './dataset-source.js';
import { languageText, type TextParts } from './language-text.js';

/** 1,115,394 characters, 65 distinct ones. */
export const tinyShakespeare: DatasetSource<TextParts> = languageText(
  {
    title: 'tiny Shakespeare',
    licence: 'public domain',
    citation: 'Karpathy: The Unreasonable Effectiveness of Recurrent Neural Networks. 2015',
    source: 'https://github.com/karpathy/char-rnn/tree/6f9487a6/data/tinyshakespeare',
  },
  {
    path: 'lm/tinyshakespeare/input.txt',
    size: 1115394,
    sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
    origin: github('karpathy/char-rnn', '6f9487a6', 'data/tinyshakespeare/input.txt'),
  },
);
