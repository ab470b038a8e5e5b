/** Letters backwards or in order: the smallest tasks in which attention must go its own way. */
import type { Rng } from '@seqloom/core';
import { Vocabulary } from '@seqloom/data';
import type { TranslationBatch } from '@seqloom/layers';
import { choice } from '../controls/control.js';
import { defineExperiment, type Task } from '../experiment.js';
import { Hand } from '../parts/hand.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { translationProgram } from '../parts/programs/translation.js';
import {
  alignmentViews,
  exactlyWritten,
  type Languages,
  makeTranslator,
  type Pair,
  showTranslation,
  toTranslationBatch,
  translatorControls,
  translatorObjections,
} from '../parts/translation.js';

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const unseen = 200;
const shortest = 3;

const writings = {
  reverse: (source: readonly string[]) => source.toReversed(),
  sort: (source: readonly string[]) => source.toSorted(),
  copy: (source: readonly string[]) => [...source],
} satisfies Record<string, (source: readonly string[]) => string[]>;

interface Words {
  readonly task: keyof typeof writings;
  readonly longest: number;
  readonly languages: Languages;
  readonly test: readonly Pair[];
  /** The test's words, which training never sees. */
  readonly exclude: ReadonlySet<string>;
}

export default defineExperiment({
  title: 'Reverse and sort',
  group: 'Sequence to sequence',
  summary:
    'Writes the letters of a word backwards, in the order of the alphabet, or as they are. The shape of the attention shows the task.',
  input: { label: 'Type a word of small letters', maxLength: 12 },
  examples: ['seqloom', 'stressed', 'desserts', 'quick', 'abcdefgh'],
  measure: { label: 'Exact match, unseen words', every: 25, sample: 100 },
  outcome: { steps: 250, atLeast: 0.7 },
  views: alignmentViews,
  controls: {
    task: choice({
      label: 'Task',
      help: 'Reversing and copying are questions of place, sorting one of content: then a letter must find the next one.',
      affects: 'data',
      options: [
        { value: 'reverse', label: 'Reverse' },
        { value: 'sort', label: 'Sort' },
        { value: 'copy', label: 'Copy' },
      ],
      initial: 'reverse',
    }),
    longest: choice({
      label: 'Longest word',
      help: `Words of random letters, from ${shortest} to so many. Longer ones take longer to learn.`,
      affects: 'data',
      options: [6, 8, 12].map((value) => ({ value, label: String(value) })),
      initial: 8,
    }),
    ...translatorControls,
    batchSize: choice({
      label: 'Batch size',
      help: 'Words per step. Each is made anew.',
      affects: 'training',
      options: [16, 32, 64, 128].map((value) => ({ value, label: String(value) })),
      initial: 64,
    }),
    ...optimizerControlsAt(0.005),
  },

  objections: translatorObjections,

  async data({ task, longest }, rng) {
    const test = Array.from({ length: unseen }, () => draw(rng, task, longest));
    const data: Words = {
      task,
      longest,
      languages: {
        source: Vocabulary.build(letters),
        target: Vocabulary.build(letters, { specials: { start: '<s>', end: '</s>' } }),
      },
      test,
      exclude: new Set(test.map(({ source }) => source.join(''))),
    };
    const samples = test.slice(0, 8).map(({ source, target }) => `${source.join('')} → ${target.join('')}`);
    const caption = `Words of random letters, made as they are needed; ${unseen} are kept apart to measure.`;
    return { data, preview: { caption, counts: [], samples } };
  },

  build(setup, { task, longest, languages, test, exclude }, rng) {
    const hand = new Hand();
    const model = makeTranslator(setup, languages, { rng, hand });
    const work: Task<TranslationBatch> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) => {
        const pairs = Array.from({ length: setup.batchSize }, () => draw(random, task, longest));
        const fresh = pairs.filter(({ source }) => !exclude.has(source.join('')));
        return toTranslationBatch(fresh.length > 0 ? fresh : pairs, languages);
      },
      loss: (batch) => model.loss(batch),
      evaluate: (limit) => exactlyWritten(model, languages, test.slice(0, limit)),
      predict: (input, touches = []) =>
        showTranslation(hand.on(model, touches), languages, [...input.toLowerCase()], { maxLength: 16, joint: '' }),
    };
    return work;
  },

  program: (setup, { languages }) =>
    translationProgram(setup, { languages, example: 'seqloom', tokens: '[...text]', joint: '', maxLength: 16 }),
});

function draw(rng: Rng, task: Words['task'], longest: number): Pair {
  const length = shortest + rng.below(longest - shortest + 1);
  const source = Array.from({ length }, () => rng.choice(letters));
  return { source, target: writings[task](source) };
}
