/** What still has to be written so that every phrase is in the text. */
import { OptionError } from '@seqloom/core';

type Ids = readonly number[];

/** Phrases that a text must contain as they are, in any order; they may overlap. */
export class Phrases {
  readonly #phrases: readonly Ids[];
  readonly #rest = new Map<string, number>();

  constructor(phrases: readonly Ids[]) {
    const whole = phrases.filter((phrase, i) => !phrases.some((other, j) => redundant(phrase, i, other, j)));
    if (whole.length > most)
      throw new OptionError('mustInclude', `at most ${most} phrases for a row, got ${whole.length}`);
    this.#phrases = whole;
  }

  /** The fewest symbols that must follow `ids` until every phrase has been written. */
  needed(ids: Ids): number {
    const open = this.#open(ids);
    return this.#shortest(open, (p) => overlap(ids, this.#phrases[p] as Ids));
  }

  /** The symbols that bring some phrase further. */
  wanted(ids: Ids): number[] {
    const next = this.#open(ids).map((p) => this.#phrases[p]![overlap(ids, this.#phrases[p] as Ids)] as number);
    return [...new Set(next)];
  }

  #open(ids: Ids): number[] {
    return [...this.#phrases.keys()].filter((p) => !contains(ids, this.#phrases[p] as Ids));
  }

  /** The shortest text with the phrases `open`, less what of the first one is there: the shortest common superstring, by its last phrases. */
  #shortest(open: readonly number[], there: (phrase: number) => number): number {
    if (open.length === 0) return 0;
    return Math.min(
      ...open.map((p) => {
        const others = open.filter((other) => other !== p);
        return this.#phrases[p]!.length - there(p) + this.#after(p, others);
      }),
    );
  }

  #after(p: number, open: readonly number[]): number {
    const key = `${p}:${open}`;
    const known = this.#rest.get(key);
    if (known !== undefined) return known;
    const length = this.#shortest(open, (next) => overlap(this.#phrases[p] as Ids, this.#phrases[next] as Ids));
    this.#rest.set(key, length);
    return length;
  }
}

const most = 10; // the superstring's table has 2^phrases rows

/** Whether phrase i is written with the other one: it is part of it, or the same and later. */
function redundant(phrase: Ids, i: number, other: Ids, j: number): boolean {
  return i !== j && contains(other, phrase) && (phrase.length < other.length || i > j);
}

/** How much of the phrase the end of `ids` has already. */
function overlap(ids: Ids, phrase: Ids): number {
  for (let size = Math.min(ids.length, phrase.length); size > 0; size--)
    if (matches(ids, ids.length - size, phrase, size)) return size;
  return 0;
}

function contains(ids: Ids, phrase: Ids): boolean {
  for (let at = 0; at + phrase.length <= ids.length; at++) if (matches(ids, at, phrase, phrase.length)) return true;
  return false;
}

function matches(ids: Ids, at: number, phrase: Ids, size: number): boolean {
  for (let i = 0; i < size; i++) if (ids[at + i] !== phrase[i]) return false;
  return true;
}
