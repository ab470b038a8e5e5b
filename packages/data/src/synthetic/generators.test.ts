/** Laws of all generators: the seed decides, the count is exact, labels are right by another way of telling, and what is excluded never comes. */
import { Rng } from '@seqloom/core/rng';
import { describe, expect, test } from 'vitest';
import type { GenerateUnlikeOptions } from './draw-examples.js';
import {
  casinoChain,
  generateAdding,
  generateBracketJudgements,
  generateBrackets,
  generateCasino,
  generateCommands,
  generateCopy,
  generateMovingShapes,
  generateNumberWords,
  generatePhrases,
  generateRecall,
  generateReverse,
  generateReviews,
  generateSorting,
  generateWeather,
  type HiddenChain,
  numberInWords,
  weatherChain,
} from './index.js';

interface Law {
  name: string;
  generate: (options: GenerateUnlikeOptions) => object[];
  right: (example: never) => boolean;
  /** Where `exclude` applies: what it compares. */
  source?: (example: never) => string;
}

function law<T extends object>(
  name: string,
  generate: (options: GenerateUnlikeOptions) => T[],
  right: (example: T) => boolean,
  source?: (example: T) => string,
): Law {
  return { name, generate, right, source };
}

const joined = ({ source }: { source: readonly (string | number)[] }) => source.join(' ');

/** By deleting pairs until none is left. */
function isBalanced(symbols: readonly string[]): boolean {
  let text = symbols.join('');
  for (let before = ''; before !== text; ) [before, text] = [text, text.replace(/\(\)|\[\]|\{\}|<>/g, '')];
  return text === '';
}

/** What a reader makes of English number words, from left to right. */
function readNumber(text: string): number {
  const names =
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
      ' ',
    );
  const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
  let [total, group] = [0, 0];
  for (const word of text.split(/[ -]/)) {
    if (word === 'hundred') group *= 100;
    else if (word === 'thousand' || word === 'million')
      [total, group] = [total + group * (word === 'million' ? 1e6 : 1000), 0];
    else if (tens.includes(word)) group += 10 * (tens.indexOf(word) + 2);
    else if (word !== 'and') group += names.indexOf(word);
  }
  return total + group;
}

/** Where the light of a frame lies as an angle of each axis, which wraps as the picture does. */
function centre(frame: Float32Array, size: number): [number, number] {
  const angle = (axis: (i: number) => number) => {
    let [x, y] = [0, 0];
    for (const [i, light] of frame.entries()) {
      x += light * Math.cos((2 * Math.PI * axis(i)) / size);
      y += light * Math.sin((2 * Math.PI * axis(i)) / size);
    }
    return (Math.atan2(y, x) * size) / (2 * Math.PI);
  };
  return [angle((i) => i % size), angle((i) => Math.floor(i / size))];
}

const light = { square: 25, frame: 16, cross: 9, diamond: 13 };
const moves = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };
const negations = /\b(not|nobody|never|nothing|far from)\b/;
const goodWords = /\b(good|wonderful|charming|delightful|clever|solid|generous|loved|enjoyed|liked|admired)\b/;
/** What stands in a slot of commands, told from the tag by a word that only it has. */
const slotWords: Record<string, RegExp> = {
  room: /kitchen|room|hall|garden|cellar/,
  duration: /minutes|hours?|seconds/,
  day: /today|tomorrow|on|next|weekend|this|Monday|Friday|Sunday/,
};

const laws = [
  law(
    'copy',
    (o) => generateCopy({ ...o, length: 3, symbols: 4, delay: 5 }),
    ({ source, target }) =>
      source.length === 11 &&
      source.slice(0, 3).every((symbol, i) => symbol === target[i] && symbol < 4) &&
      source.slice(3).join('') === '44445444',
    joined,
  ),
  law(
    'reverse',
    generateReverse,
    ({ source, target }) => source.every((letter, i) => letter === target.at(-1 - i)),
    joined,
  ),
  law(
    'sorting',
    generateSorting,
    ({ source, target, alignment }) =>
      target.every((letter, i) => (i === 0 || target[i - 1]! < letter) && source[alignment[i]![0]!] === letter) &&
      target.length === source.length,
    joined,
  ),
  law(
    'adding',
    generateAdding,
    ({ values, marked: [i, j], sum }) => i < 25 && j >= 25 && Math.abs(values[i]! + values[j]! - sum) < 1e-6,
  ),
  law('recall', generateRecall, ({ symbol, noise }) => symbol >= 0 && symbol < 8 && noise.length === 49),
  law(
    'brackets',
    (o) => generateBrackets({ ...o, kinds: 3, maxDepth: 3 }),
    ({ source, closing }) =>
      isBalanced(source) &&
      source.every((_, t) => {
        const [inner] = source
          .slice(t + 1)
          .filter(
            (__, i) =>
              !isBalanced(source.slice(t + 1, t + 2 + i)) &&
              /[)\]}]/.test(source[t + 1 + i]!) &&
              isBalanced(source.slice(t + 1, t + 1 + i)),
          );
        return closing[t] === (isBalanced(source.slice(0, t + 1)) ? '.' : inner);
      }),
    joined,
  ),
  law('bracket judgements', generateBracketJudgements, ({ source, valid }) => isBalanced(source) === valid, joined),
  law(
    'numbers in words',
    (o) => generateNumberWords({ ...o, maxDigits: 9 }),
    ({ source, target }) => String(readNumber(source)) === target,
    ({ source }) => source,
  ),
  law(
    'casino',
    generateCasino,
    ({ rolls, dice }) => rolls.length === 100 && dice[0] === 0 && rolls.every((roll) => roll >= 1 && roll <= 6),
  ),
  law('weather', generateWeather, ({ activities, weather }) => activities.length === 100 && weather.length === 100),
  law(
    'moving shapes',
    (o) => generateMovingShapes({ ...o, size: 12 }),
    ({ frames, shape, movement }) =>
      frames.every((frame, t) => {
        const total = frame.reduce((sum, value) => sum + value);
        const [[x, y], [nextX, nextY]] = [centre(frame, 12), centre(frames[t + 1] ?? frame, 12)];
        const moved = [nextX - x, nextY - y].map((step) => ((Math.round(step) + 18) % 12) - 6);
        return (
          total === light[shape] && (t === frames.length - 1 || moved.every((step, i) => step === moves[movement][i]))
        );
      }),
  ),
  law(
    'commands',
    generateCommands,
    ({ words, tags }) =>
      words.length === tags.length &&
      tags.every((tag, i) => tag !== `I-${tag.slice(2)}` || tags[i - 1]!.slice(2) === tag.slice(2)) &&
      tags.every((tag, i) => tag[0] !== 'B' || (slotWords[tag.slice(2)] ?? /./).test(words.slice(i).join(' '))),
    ({ words }) => words.join(' '),
  ),
  law(
    'reviews',
    generateReviews,
    ({ text, label }) => (goodWords.test(text) !== negations.test(text)) === (label === 'positive'),
    ({ text }) => text,
  ),
  law(
    'phrases',
    generatePhrases,
    ({ source, target }) =>
      /\bnot\b/.test(source) === / pas /.test(target) &&
      !/\b(le|la|je|ne|ce|ta) [aeiouéî]/.test(target) &&
      !/(maison|voiture|pomme|chaise|île|église) (vert|blanc|noir|rond|lourd|bleu)\b/.test(target),
    ({ source }) => source,
  ),
];

describe.each(laws)('$name', ({ generate, right }) => {
  const examples = generate({ rng: new Rng(1), count: 400 });

  test('the seed decides, and the count is exact', () => {
    expect(examples).toHaveLength(400);
    expect(generate({ rng: new Rng(1), count: 40 })).toEqual(examples.slice(0, 40));
    expect(generate({ rng: new Rng(2), count: 40 })).not.toEqual(examples.slice(0, 40));
    expect(generate({ rng: new Rng(1), count: 0 })).toEqual([]);
  });

  test('labels are right', () => {
    expect(examples.filter((example) => !right(example as never))).toEqual([]);
  });

  test('impossible options are OptionErrors', () => {
    const optionError = expect.objectContaining({ name: 'OptionError' });
    for (const wrong of [{ count: -1 }, { count: 1, colour: 'red' }])
      expect(() => generate({ rng: new Rng(1), ...wrong })).toThrow(optionError);
  });
});

test.each(laws.filter(({ source }) => source))('$name: what is excluded never comes', ({ generate, source }) => {
  const key = source as unknown as (example: object) => string;
  const held = new Set(generate({ rng: new Rng(1), count: 200 }).map(key));
  const train = generate({ rng: new Rng(3), count: 2000, exclude: held });
  expect(train).toHaveLength(2000);
  expect(train.filter((example) => held.has(key(example)))).toEqual([]);
});

test('every other judgement is valid, whatever is excluded', () => {
  const options = { minLength: 1, maxLength: 2 };
  const valid = generateBracketJudgements({ rng: new Rng(1), count: 200, ...options }).filter((each) => each.valid);
  const exclude = new Set(valid.slice(0, 3).map(({ source }) => source.join(' ')));
  const judged = generateBracketJudgements({ rng: new Rng(2), count: 100, exclude, ...options });
  expect(judged.filter((each) => each.valid)).toHaveLength(50);
});

test('when all is excluded it is told, not sought for ever', () => {
  const options = { minLength: 1, maxLength: 1, letters: 'ab', exclude: new Set(['a', 'b']) };
  expect(() => generateReverse({ rng: new Rng(1), count: 1, ...options })).toThrow('found only 0 of 1');
});

const shares: [string, HiddenChain, () => [number[], number[]][]][] = [
  [
    'casino',
    casinoChain,
    () =>
      generateCasino({ rng: new Rng(5), count: 400 }).map(({ rolls, dice }) => [
        [...dice],
        rolls.map((roll) => roll - 1),
      ]),
  ],
  [
    'weather',
    weatherChain,
    () =>
      generateWeather({ rng: new Rng(5), count: 400 }).map(({ weather, activities }) => [
        weather.map((each) => ['rainy', 'sunny'].indexOf(each)),
        activities.map((each) => ['walk', 'shop', 'clean'].indexOf(each)),
      ]),
  ],
];

test.each(shares)('%s: frequencies are the probabilities', (_, { transition, emission }, draw) => {
  const sequences = draw();
  const share = (pairs: [number, number][], from: number, to: number) => {
    const own = pairs.filter(([first]) => first === from);
    return own.filter(([, second]) => second === to).length / own.length;
  };
  const steps = sequences.flatMap(([states]) => states.slice(1).map((next, t): [number, number] => [states[t]!, next]));
  const shown = sequences.flatMap(([states, symbols]) =>
    states.map((state, t): [number, number] => [state, symbols[t]!]),
  );
  for (const [from, row] of transition.entries())
    for (const [to, probability] of row.entries()) expect(share(steps, from, to)).toBeCloseTo(probability, 1.5);
  for (const [state, row] of emission.entries())
    for (const [symbol, probability] of row.entries())
      expect(share(shown, state, symbol)).toBeCloseTo(probability, 1.5);
});

test('numbers as people say them', () => {
  const said = [0, 13, 40, 99, 100, 101, 2041, 105_001, 1_000_000, 999_999_999].map(numberInWords);
  expect(said.slice(0, 9)).toEqual([
    'zero',
    'thirteen',
    'forty',
    'ninety-nine',
    'one hundred',
    'one hundred and one',
    'two thousand and forty-one',
    'one hundred and five thousand and one',
    'one million',
  ]);
  expect(readNumber(said[9]!)).toBe(999_999_999);
});

test('phrases as French people write them', () => {
  const pairs = new Map(
    generatePhrases({ rng: new Rng(1), count: 120_000 }).map(({ source, target }) => [source, target]),
  );
  expect(pairs.size).toBeGreaterThan(20_000);
  expect(pairs.get('she does not see the green chair')).toBe('elle ne voit pas la chaise verte');
  expect(pairs.get('I like this tree')).toBe("j'aime cet arbre");
  expect(pairs.get('you do not buy your white church')).toBe("tu n'achètes pas ton église blanche");
});
