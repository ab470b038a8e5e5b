/** The character map of SentencePiece models: a double-array trie over UTF-8 and the texts that its values point to. https://github.com/google/sentencepiece/blob/master/doc/normalization.md */
import { DataError } from '@seqloom/core/errors';
import type { Edit } from '../aligned-text.js';
import type { Rewrite } from '../pipeline.js';
import { replaced } from '../rewrites.js';
import { splitCharacters } from '../segments.js';
import type { Part } from './part.js';

/** Longer characters are mapped code point by code point. */
const longestCharacter = 5;

/** What is not ASCII, with the neighbours that may be one character with it. */
const others = /[ -~]?[^ -~]+(?:[ -~][^ -~]+)*[ -~]?/gu;
const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

/** Maps characters as readers see them where the map has them whole, else their code points. */
export function precompiled(part: Part): Rewrite {
  const map = readMap(part);
  const runs = ascii.every((character) => (map(character) ?? character) === character) ? others : /[\s\S]+/gu;
  return (text) =>
    Array.from(text.matchAll(runs)).flatMap(({ index, 0: run }) => {
      let at = index;
      return splitCharacters(run).flatMap((character) => {
        const start = at;
        at += character.length;
        return mapped(character, start, map);
      });
    });
}

function mapped(character: string, start: number, map: (text: string) => string | undefined): Edit[] {
  const whole = new TextEncoder().encode(character).length <= longestCharacter ? map(character) : undefined;
  if (whole !== undefined) return whole === character ? [] : [{ start, end: start + character.length, text: whole }];
  const edits = replaced(character, /[\s\S]/gu, (point) => map(point) ?? point);
  return edits.map((edit) => ({ start: start + edit.start, end: start + edit.end, text: edit.text }));
}

function readMap(part: Part): (character: string) => string | undefined {
  const bytes = decode64(part);
  const view = new DataView(bytes.buffer);
  const size = bytes.length < 4 ? Infinity : view.getUint32(0, true);
  if (4 + size > bytes.length) throw new DataError(part.path, 'the character map is cut short');
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const texts = bytes.subarray(4 + size);
  const known = new Map<string, string | undefined>();
  return (character) => {
    if (known.has(character)) return known.get(character);
    const at = shortestPrefix(units, new TextEncoder().encode(character));
    const end = at === undefined ? -1 : texts.indexOf(0, at);
    const found =
      at === undefined ? undefined : new TextDecoder().decode(texts.subarray(at, end < 0 ? undefined : end));
    known.set(character, found);
    return found;
  };
}

function decode64(part: Part): Uint8Array<ArrayBuffer> {
  const text = part.text('precompiled_charsmap');
  try {
    return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
  } catch (cause) {
    throw new DataError(part.path, 'the character map is no base64', { cause });
  }
}

/** The value of the shortest key that `bytes` begin with, in Darts-clone's layout of a double array. */
function shortestPrefix(units: Uint32Array, bytes: Uint8Array): number | undefined {
  const offset = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
  let node = offset(units[0] ?? 0);
  for (const byte of bytes) {
    if (byte === 0) return undefined;
    node ^= byte;
    const unit = units[node] ?? 0;
    if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
    node ^= offset(unit);
    if ((unit >>> 8) & 1) return (units[node] ?? 0) & 0x7fffffff;
  }
  return undefined;
}
