/** Which parts of words are frequent: counted length by length, since a part can only be frequent if it is so without its last character. */
import type { UnigramBounds } from './learn-unigram.js';

type Counted = Map<string, number>;

/** Tokens to begin with at most. */
const seedLimit = 1_000_000;
const end = -1;

/**
 * The characters with their counts, and the parts of at least two characters that occur twice, those with the most characters × count first. A part
 * that one and the same character always follows is left out: the longer part says all.
 */
export async function seedTokens(
  words: readonly (readonly [word: string, count: number])[],
  { maxLength, forbidden }: Omit<UnigramBounds, 'size'>,
  pause: (done: number) => Promise<void> | undefined,
): Promise<{ characters: Counted; seeds: Counted }> {
  const { points, times } = flat(words);
  const characters = countCharacters(points, times);
  /** Which part of the present length begins at each place; -1 where no frequent one does. */
  let names: Int32Array = Int32Array.from(points);
  let shorter: { text: string; count: number }[] = [];
  const found: { text: string; count: number; length: number }[] = [];
  for (let length = 2; length <= maxLength; length++) {
    const keys = new Map<number, number>();
    const counts: number[] = [];
    const places: number[] = [];
    const next = new Int32Array(points.length).fill(end);
    for (let at = 0; at + length <= points.length; at++) {
      const last = points[at + length - 1]!;
      if (names[at] === end || last === end) continue;
      const key = names[at]! * 2 ** 21 + last;
      let name = keys.get(key);
      if (name === undefined) {
        name = counts.push(0) - 1;
        keys.set(key, name);
        places.push(at);
      }
      counts[name]! += times[at]!;
      next[at] = name;
      if (at % 65_536 === 0) await pause((0.1 * length) / (maxLength + 1));
    }
    const parts = places.map((at, name) => {
      const count = counts[name]!;
      const before = shorter[names[at]!];
      if (before?.count === count) before.count = 0; // always followed by this character
      return { text: count < 2 ? '' : String.fromCodePoint(...points.subarray(at, at + length)), count };
    });
    for (const seed of kept(shorter, length - 1)) found.push(seed); // more than a call takes arguments
    shorter = parts;
    names = next.map((name) => (name !== end && counts[name]! < 2 ? end : name));
  }
  for (const seed of kept(shorter, maxLength)) found.push(seed);
  const seeds = found
    .filter(({ text }) => !forbidden.has(text))
    .sort((a, b) => b.count * b.length - a.count * a.length || (a.text < b.text ? -1 : 1))
    .slice(0, seedLimit);
  return { characters, seeds: new Map(seeds.map(({ text, count }) => [text, count])) };
}

function kept(parts: readonly { text: string; count: number }[], length: number) {
  return parts.flatMap(({ text, count }) => (count >= 2 ? [{ text, count, length }] : []));
}

/** All words one behind the other as code points, -1 behind each, and how often each place counts. */
function flat(words: readonly (readonly [word: string, count: number])[]): { points: Int32Array; times: Float64Array } {
  const points: number[] = [];
  const times: number[] = [];
  for (const [word, count] of words) {
    for (const character of word) {
      points.push(character.codePointAt(0)!);
      times.push(count);
    }
    points.push(end);
    times.push(0);
  }
  return { points: Int32Array.from(points), times: Float64Array.from(times) };
}

function countCharacters(points: Int32Array, times: Float64Array): Counted {
  const counts = new Map<number, number>();
  points.forEach((point, at) => {
    if (point !== end) counts.set(point, (counts.get(point) ?? 0) + times[at]!);
  });
  return new Map(Array.from(counts, ([point, count]) => [String.fromCodePoint(point), count]));
}
