/** Snips as published, JSON with marked spans, made into words with BIO tags. */
import { DataError } from '@seqloom/core/errors';
import { type Conversion, github } from './dataset-source.js';

const intents = [
  'AddToPlaylist',
  'BookRestaurant',
  'GetWeather',
  'PlayMusic',
  'RateBook',
  'SearchCreativeWork',
  'SearchScreeningEvent',
];
/** As many commands of each intent, the last ones of the training file, are for development. */
const devCount = 100;

interface Command {
  readonly data: readonly { readonly text: string; readonly entity?: string }[];
}

/** How a part is made of one file for each intent; the official validation files are the test. */
export function snipsOrigin(part: 'train' | 'dev' | 'test'): Conversion {
  const url = (intent: string) => {
    const file = part === 'test' ? `validate_${intent}.json` : `train_${intent}_full.json`;
    return github('sonos/nlu-benchmark', 'b86ac7f1', `2017-06-custom-intent-engines/${intent}/${file}`);
  };
  const chosen = { train: [0, -devCount], dev: [-devCount], test: [0] }[part];
  return {
    urls: intents.map(url),
    convert: (originals) =>
      originals
        .flatMap((bytes, i) =>
          commandsOf(bytes, intents[i]!)
            .slice(...chosen)
            .map((each) => block(intents[i]!, each)),
        )
        .join(''),
  };
}

function commandsOf(bytes: Uint8Array, intent: string): readonly Command[] {
  const file = JSON.parse(decoded(bytes)) as Record<string, readonly Command[]>;
  const commands = file[intent];
  if (!Array.isArray(commands)) throw new DataError('loadDataset(snips)', `there is no list of ${intent} in its file`);
  return commands;
}

/** Some of the files are UTF-8, some Latin-1. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  }
}

/** Words as blanks part them; a word belongs to the first span that it touches, and begins it (B) when that span begins in it. */
function block(intent: string, { data }: Command): string {
  const spans: { start: number; end: number; entity: string }[] = [];
  let text = '';
  for (const { text: piece, entity } of data) {
    if (entity !== undefined) spans.push({ start: text.length, end: text.length + piece.length, entity });
    text += piece;
  }
  const lines = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => {
    const end = index + word.length;
    const span = spans.find((each) => each.start < end && index < each.end);
    const tag = span ? `${span.start < index ? 'I' : 'B'}-${span.entity}` : 'O';
    return `${word}\t${tag}\n`;
  });
  return `# intent = ${intent}\n${lines.join('')}\n`;
}
