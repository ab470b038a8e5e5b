/** The tokens of a tokenizer.json that are found in a text before anything else is done with it. */
import { DataError, show } from '@seqloom/core/errors';
import type { Part } from './part.js';
import { escaped } from './pattern.js';

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Whether it is looked for in the normalised text. */
  readonly normalized: boolean;
  readonly singleWord: boolean;
  readonly left: boolean;
  readonly right: boolean;
}

/** The place of an added token in a text, or of what lies between two. */
export interface Section {
  readonly start: number;
  readonly end: number;
  readonly id: number | undefined;
}

/** The added tokens of a file, in its order. */
export function readAddedTokens(part: Part): AddedToken[] {
  if (!part.has('added_tokens')) return [];
  return part.parts('added_tokens').map((token) => {
    const content = token.text('content');
    if (content === '') throw new DataError(token.path, `an added token must not be empty: ${show(content)}`);
    return {
      id: token.count('id'),
      content,
      special: token.flag('special', false),
      normalized: token.flag('normalized', true),
      singleWord: token.flag('single_word', false),
      left: token.flag('lstrip', false),
      right: token.flag('rstrip', false),
    };
  });
}

/** Cuts texts at added tokens, the leftmost and longest first. */
export class AddedTokenFinder {
  readonly #tokens = new Map<string, AddedToken>();
  readonly #pattern: RegExp | undefined;

  /** `write` gives the form in which a token stands in the texts. */
  constructor(tokens: readonly AddedToken[], write: (content: string) => string = (content) => content) {
    for (const token of tokens) this.#tokens.set(write(token.content), token);
    this.#tokens.delete('');
    const contents = [...this.#tokens.keys()].sort((a, b) => b.length - a.length);
    if (contents.length > 0) this.#pattern = new RegExp(contents.map(escaped).join('|'), 'gu');
  }

  cut(text: string): Section[] {
    if (!this.#pattern) return [{ start: 0, end: text.length, id: undefined }];
    const sections: Section[] = [];
    let at = 0;
    for (const { index, 0: found } of text.matchAll(this.#pattern)) {
      const token = this.#tokens.get(found)!;
      if (index < at || (token.singleWord && !standsAlone(text, index, index + found.length))) continue;
      const start = token.left ? Math.max(at, text.slice(0, index).trimEnd().length) : index;
      const end = index + found.length;
      const stop = token.right ? text.length - text.slice(end).trimStart().length : end;
      if (start > at) sections.push({ start: at, end: start, id: undefined });
      sections.push({ start, end: stop, id: token.id });
      at = stop;
    }
    if (at < text.length) sections.push({ start: at, end: text.length, id: undefined });
    return sections;
  }
}

function standsAlone(text: string, start: number, end: number): boolean {
  const [before, behind] = [/[\p{L}\p{M}\p{N}_]$/u, /^[\p{L}\p{M}\p{N}_]/u];
  return !before.test(text.slice(Math.max(0, start - 2), start)) && !behind.test(text.slice(end, end + 2));
}
