/** rt-polarity, one file for each class, split by checksums of the lines. */
import { type Conversion, github } from './dataset-source.js';
import { md5Modulo } from './md5.js';

type Part = 'train' | 'dev' | 'test';

const classes = ['neg', 'pos'];

/** How a part is made: md5 of a sentence, modulo 100, says where it belongs: below 80 train, below 90 dev. */
export function polarityOrigin(part: Part): Conversion {
  return {
    urls: classes.map((name) =>
      github('dennybritz/cnn-text-classification-tf', '18762b45', `data/rt-polaritydata/rt-polarity.${name}`),
    ),
    convert: (originals) =>
      originals
        .flatMap((bytes, label) => {
          const lines = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trimEnd().split('\n');
          const sentences = lines.map((line) => line.trim()).filter((sentence) => partOf(sentence) === part);
          return sentences.map((sentence) => `${label}\t${sentence}\n`);
        })
        .join(''),
  };
}

function partOf(sentence: string): Part {
  const rest = md5Modulo(sentence, 100);
  return rest < 80 ? 'train' : rest < 90 ? 'dev' : 'test';
}
