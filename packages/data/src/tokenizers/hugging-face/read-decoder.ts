/** The decoder of a tokenizer.json. */
import { bytesOfCharacters } from '../byte-alphabet.js';
import type { Part } from './part.js';
import { patternOf } from './pattern.js';
import { prependScheme } from './read-pre-tokenizer.js';

/** Tokens nearer to the texts that they stand for. */
type Decoder = (tokens: readonly string[]) => readonly string[];

const lossy = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

const readers: Readonly<Record<string, (part: Part) => Decoder>> = {
  ByteLevel: () => (tokens) => {
    const bytes = tokens.flatMap((token) => bytesOfCharacters(token) ?? [...encoder.encode(token)]);
    return [lossy.decode(Uint8Array.from(bytes))];
  },
  WordPiece: wordPiece,
  Metaspace: (part) => {
    const blank = part.text('replacement', '▁');
    const first = prependScheme(part) === 'never' ? ' ' : '';
    return (tokens) => tokens.map((token, i) => token.replaceAll(blank, i === 0 ? first : ' '));
  },
  BPEDecoder: (part) => {
    const suffix = part.text('suffix', '</w>');
    return (tokens) => tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? '' : ' '));
  },
  ByteFallback: () => byteFallback,
  Fuse: () => (tokens) => [tokens.join('')],
  Replace: (part) => {
    const pattern = patternOf(part);
    const content = part.text('content');
    return (tokens) => tokens.map((token) => token.replace(pattern, () => content));
  },
  Strip: (part) => {
    const [content, start, stop] = [part.text('content'), part.count('start'), part.count('stop')];
    return (tokens) => tokens.map((token) => stripped(token, content, start, stop));
  },
  Sequence: (part) => {
    const decoders = part.parts('decoders').map(readDecoder);
    return (tokens) => decoders.reduce((found, decode) => decode(found), tokens);
  },
};

/** Throws DataError at an unknown type. */
export function readDecoder(part: Part): Decoder {
  const reader = readers[part.type];
  if (!reader) throw part.unsupported();
  return reader(part);
}

const tidied: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function wordPiece(part: Part): Decoder {
  const prefix = part.text('prefix', '##');
  const cleanup = part.flag('cleanup', true);
  return (tokens) =>
    tokens.map((token, i) => {
      const text = i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
      return cleanup ? tidied.reduce((tidy, [from, to]) => tidy.replaceAll(from, to), text) : text;
    });
}

/** Runs of `<0x…>` tokens as the text of their bytes, or as many U+FFFD when they are none. */
function byteFallback(tokens: readonly string[]): string[] {
  const texts: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      texts.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)));
    } catch {
      texts.push('\uFFFD'.repeat(bytes.length));
    }
    bytes = [];
  };
  for (const token of tokens) {
    const [, byte] = /^<0x([0-9A-Fa-f]{2})>$/.exec(token) ?? [];
    if (byte) bytes.push(Number.parseInt(byte, 16));
    else {
      flush();
      texts.push(token);
    }
  }
  flush();
  return texts;
}

function stripped(token: string, content: string, start: number, stop: number): string {
  let [from, to] = [0, token.length];
  for (let i = 0; i < start && token.startsWith(content, from) && from < to; i++) from += content.length;
  for (let i = 0; i < stop && to - from >= content.length && token.slice(from, to).endsWith(content); i++)
    to -= content.length;
  return token.slice(from, to);
}
