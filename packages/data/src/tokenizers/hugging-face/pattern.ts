/** Patterns of tokenizer.json files, which are Oniguruma's, as regular expressions of JavaScript. https://github.com/kkos/oniguruma/blob/master/doc/RE */
import { DataError, show } from '@seqloom/core/errors';
import type { Part } from './part.js';

/** What classes stand for in texts; JavaScript's own \w, \d and \s know ASCII only or other blanks. */
const classes: Readonly<Record<string, string>> = {
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  h: '0-9a-fA-F',
  w: '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}²³¹¼½¾', // as found by trying every character
};
const outside: Readonly<Record<string, string>> = {
  A: '^',
  z: '$',
  '^': '(?<![^\\n])',
  $: '(?![^\\n])',
  '.': '[^\\n]',
};

/** The pattern of a part: `{ String }` literally or `{ Regex }`. Throws DataError when JavaScript has no such pattern. */
export function patternOf(part: Part, name = 'pattern'): RegExp {
  const value = part.value(name);
  if (typeof value === 'string') return literal(value);
  const pattern = part.part(name);
  if (pattern.has('String')) return literal(pattern.text('String'));
  const source = pattern.text('Regex');
  try {
    return new RegExp(translated(source), 'gu');
  } catch (cause) {
    throw new DataError(part.path, `the pattern ${show(source)} has no counterpart in JavaScript`, { cause });
  }
}

function literal(text: string): RegExp {
  return new RegExp(escaped(text), 'gu');
}

/** A text as the pattern that finds it. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

const piece = /\(\?i:((?:[^()\\]|\\.)*)\)|\\([pP])\{([^}]*)\}|\\([\s\S])|([[\]])|([?*+])\+|(\(\?[^:=!<])|([\s\S])/gu;

/** Throws Error at what it does not know. */
function translated(source: string): string {
  let inClass = false;
  return source.replace(piece, (all, folded, sign, property, letter, bracket, possessed, group, plain) => {
    if (folded !== undefined) return `(?:${foldCase(folded)})`;
    if (sign !== undefined) return `\\${sign}{${propertyName(property)}}`;
    if (letter !== undefined) return escapeOf(letter, inClass);
    if (bracket !== undefined) {
      if (bracket === '[' && inClass) throw new Error('a class within a class');
      inClass = bracket === '[';
      return bracket;
    }
    if (possessed !== undefined) return inClass ? all : possessed; // it gives nothing back: the same wherever nothing behind could use it
    if (group !== undefined) throw new Error(`a group that begins with ${group}`);
    return inClass ? (plain === '-' || !/[()|/{}]/.test(plain) ? plain : `\\${plain}`) : (outside[plain] ?? plain);
  });
}

/** Scripts need not be called so in Oniguruma. */
function propertyName(name: string): string {
  try {
    new RegExp(`\\p{${name}}`, 'u');
    return name;
  } catch {
    return `Script=${name}`;
  }
}

function escapeOf(letter: string, inClass: boolean): string {
  const known = classes[letter];
  if (known !== undefined) return inClass ? known : `[${known}]`;
  if (letter === 'W' && !inClass) return `[^${classes.w}]`;
  if ('Az'.includes(letter) && !inClass) return outside[letter]!;
  if (/[nrtfvux0]/.test(letter)) return `\\${letter}`;
  if (/[a-zA-Z1-9]/.test(letter)) throw new Error(`\\${letter}`);
  return /[\\^$.*+?()[\]{}|/-]/.test(letter) && (letter !== '-' || inClass) ? `\\${letter}` : letter;
}

/** Each letter small or large. */
function foldCase(source: string): string {
  if (/[[\\]/.test(source)) throw new Error('(?i:…) with classes');
  return source.replace(/\p{L}/gu, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
}
