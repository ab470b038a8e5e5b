/** One long text for language models: the first nine tenths to learn from, the rest to be tested on. */
import type { DataFile, DatasetAbout, DatasetSource } from './dataset-source.js';

export interface LanguageText {
  readonly text: string;
}

/** A text for training and the text that follows it. */
export interface TextParts {
  readonly train: LanguageText;
  readonly dev: LanguageText;
}

/** The dataset of one text. */
export function languageText(about: DatasetAbout, file: DataFile): DatasetSource<TextParts> {
  return {
    about,
    files: { text: file },
    async parse(open) {
      const text = await (await open('text')).text();
      const end = Math.floor(text.length * 0.9);
      return { train: { text: text.slice(0, end) }, dev: { text: text.slice(end) } };
    },
  };
}
