/** Worlds with a hidden state, to be found out by an HMM: a casino, the weather, or a file of one's own. */
import type { Rng } from '@seqloom/core';
import { DataError } from '@seqloom/core/errors';
import { casinoChain, weatherChain } from '@seqloom/data/synthetic';
import { Categorical, Gaussian, HMM, type Observations, observations } from '@seqloom/hmm-crf/hmm';
import { numbersOf, readColumns, withoutHeading } from './columns.js';

export interface World {
  readonly name: string;
  /** The names of what can be observed; undefined where observations are numbers. */
  readonly symbols: readonly string[] | undefined;
  readonly train: Observations;
  readonly test: Observations;
  /** The truth: the states behind the test's observations and their names, where it is known. */
  readonly truth?: { readonly states: readonly number[]; readonly names: readonly string[] };
  /** Something to try. */
  readonly samples: readonly string[];
}

const [sequences, length] = [20, 100];
const fewest = 20;

const made = {
  casino: { symbols: ['1', '2', '3', '4', '5', '6'], names: ['fair', 'loaded'], chain: casinoChain },
  weather: { symbols: ['walk', 'shop', 'clean'], names: ['rainy', 'sunny'], chain: weatherChain },
};

export type WorldName = keyof typeof made | 'climate';

/** Sequences drawn from a known world. */
export function makeWorld(name: WorldName, rng: Rng): World {
  return name === 'climate' ? climate(rng) : symbols(name, rng);
}

function symbols(name: keyof typeof made, rng: Rng): World {
  const { symbols, names, chain } = made[name];
  const emission = new Categorical({ stateCount: names.length, size: symbols.length, emissionProb: chain.emission });
  const hmm = new HMM({ emission, startProb: chain.start, transMat: chain.transition });
  const world = drawWorld(hmm, rng);
  const write = (values: Float64Array) => [...values].map((value) => symbols[value]!).join(' ');
  return { name, symbols, ...world, truth: { ...world.truth, names }, samples: sampleTexts(world.test, write) };
}

/** Temperatures of a year with two kinds of days. */
function climate(rng: Rng): World {
  const emission = new Gaussian({ stateCount: 2, size: 1, means: [[4], [17]], covars: [[9], [16]] });
  const hmm = new HMM({
    emission,
    startProb: [0.5, 0.5],
    transMat: [
      [0.92, 0.08],
      [0.08, 0.92],
    ],
  });
  const world = drawWorld(hmm, rng);
  const truth = { ...world.truth, names: ['cold', 'warm'] };
  return { name: 'climate', symbols: undefined, ...world, truth, samples: sampleTexts(world.test, rounded) };
}

/** The last column of numbers of a file, or its last column of words; its last fifth is kept apart. Throws DataError. */
export async function readWorld(file: File): Promise<World> {
  const columns = await readColumns('hmm', file);
  const numbers = numbersOf(columns);
  const cells = (numbers ? columns.rows : withoutHeading(columns, -1)).map((row) => row.at(-1)!);
  const words = [...new Set(cells)].sort();
  if (cells.length < fewest)
    throw new DataError('hmm', `${file.name} has ${cells.length} observations, at least ${fewest} are needed`);
  if (!numbers && words.length > 30)
    throw new DataError(
      'hmm',
      `${file.name} has ${words.length} different words in its last column, at most 30 can be shown`,
      {
        hint: 'one column of numbers, or one of few different words, with an observation a line',
      },
    );
  const values = numbers ?? cells.map((cell) => words.indexOf(cell));
  const cut = Math.floor(values.length * 0.8);
  const [train, test] = [observations([values.slice(0, cut)]), observations([values.slice(cut)])];
  const write = numbers ? rounded : (some: Float64Array) => [...some].map((value) => words[value]!).join(' ');
  return { name: file.name, symbols: numbers ? undefined : words, train, test, samples: sampleTexts(test, write) };
}

/** As it is written, or else in whatever case. */
function placeOf(symbols: readonly string[], word: string): number {
  const exact = symbols.indexOf(word);
  return exact >= 0 ? exact : symbols.findIndex((symbol) => symbol.toLowerCase() === word.toLowerCase());
}

/** What was typed as observations; what is not known counts as missing. */
export function readObservations({ symbols }: World, text: string): { columns: string[]; data: Observations } {
  const columns = text.trim().split(/[\s,;]+/);
  const values = columns.map((word) => {
    const value = symbols ? placeOf(symbols, word) : Number(word);
    return value === -1 && symbols ? Number.NaN : value;
  });
  return { columns, data: observations([values.map((value) => (Number.isFinite(value) ? value : Number.NaN))]) };
}

function drawWorld(hmm: HMM, rng: Rng) {
  const draw = (count: number) => {
    const drawn = Array.from({ length: count }, () => hmm.sample(length, rng));
    return {
      data: observations(drawn.map(({ observations: { values } }) => values)),
      states: drawn.flatMap(({ states }) => [...states]),
    };
  };
  const [train, test] = [draw(sequences), draw(sequences / 2)];
  return { train: train.data, test: test.data, truth: { states: test.states } };
}

function sampleTexts({ values }: Observations, write: (values: Float64Array) => string): string[] {
  return [0, 1, 2].map((i) => write(values.slice(i * 30, i * 30 + 30))).filter((text) => text !== '');
}

function rounded(values: Float64Array): string {
  return [...values].map((value) => String(Math.round(value * 10) / 10)).join(' ');
}
