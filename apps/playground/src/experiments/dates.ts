/** Dates as people write them → ISO 8601: an encoder–decoder that learns where to look. */
import { type DateExample, generateDates, Vocabulary } from '@seqloom/data';
import type { TranslationBatch } from '@seqloom/layers';
import { choice } from '../controls/control.js';
import { defineExperiment, type Task } from '../experiment.js';
import { headsControl, normalizerControl, scorerControl } from '../parts/attention.js';
import { Hand } from '../parts/hand.js';
import { makeOptimizer, optimizerControls } from '../parts/optimizer.js';
import { translationProgram } from '../parts/programs/translation.js';
import { cellControl, sizeControl } from '../parts/recurrent.js';
import {
  alignmentViews,
  exactlyWritten,
  type Languages,
  makeTranslator,
  type Pair,
  showTranslation,
  toTranslationBatch,
} from '../parts/translation.js';

const unseen = 500;
const longest = 12;

const languages = {
  all: undefined,
  English: ['English'],
  numbers: ['numbers'],
} satisfies Record<string, string[] | undefined>;

interface Dates {
  /** Those that are written; all when absent. */
  readonly names: readonly string[] | undefined;
  readonly languages: Languages;
  readonly test: readonly Pair[];
  /** The days of the test: training never sees them, in whatever writing. */
  readonly exclude: ReadonlySet<string>;
}

export default defineExperiment({
  title: 'Dates',
  group: 'Sequence to sequence',
  summary:
    'Reads a date as people write it, character by character, and writes it as year-month-day. Watch the attention find its way.',
  input: { label: 'Type any date', maxLength: 40 },
  examples: ['July 4, 1976', 'the 21st of March 2024', 'Tue Dec 05 2017', '3 Aug 1999', '12/31/2000'],
  measure: { label: 'Exact match, unseen days', every: 25, sample: 100 },
  outcome: { steps: 150, atLeast: 0.8 },
  views: alignmentViews,
  controls: {
    writing: choice({
      label: 'Writing',
      help: 'Which dates occur: eight languages and numbers, English words only, or numbers only.',
      affects: 'data',
      options: [
        { value: 'all', label: 'All' },
        { value: 'English', label: 'English' },
        { value: 'numbers', label: 'Numbers' },
      ],
      initial: 'all',
    }),
    scorer: scorerControl,
    normalizer: normalizerControl,
    heads: headsControl,
    decoder: choice({
      label: 'Decoder',
      help: 'Luong attends after each step of the decoder, all steps at once; Bahdanau before it, one by one, which is slower.',
      affects: 'model',
      options: [
        { value: 'luong', label: 'Luong' },
        { value: 'bahdanau', label: 'Bahdanau' },
      ],
      initial: 'luong',
    }),
    cell: cellControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: 'Dates per step. Each is made anew, so none is seen twice.',
      affects: 'training',
      options: [16, 32, 64, 128].map((value) => ({ value, label: String(value) })),
      initial: 64,
    }),
    ...optimizerControls,
  },

  async data({ writing }, rng) {
    const drawn = generateDates({ rng, count: 2000 + unseen, languages: languages[writing] });
    const test = drawn.slice(0, unseen);
    const source = Vocabulary.build(drawn.flatMap((date) => [...date.source]));
    const specials = { start: '<s>', end: '</s>' };
    const target = Vocabulary.build(
      drawn.flatMap((date) => [...date.target]),
      { specials },
    );
    const data: Dates = {
      names: languages[writing],
      languages: { source, target },
      test: test.map(pairOf),
      exclude: new Set(test.map((date) => date.target)),
    };
    const caption = `Made as they are needed; ${unseen} days are kept apart to measure. ${source.size} characters occur.`;
    return {
      data,
      preview: { caption, counts: [], samples: drawn.slice(-8).map(({ source, target }) => `${source} → ${target}`) },
    };
  },

  build(setup, { languages, names, test, exclude }, rng) {
    const hand = new Hand();
    const model = makeTranslator({ ...setup, network: 'recurrent' }, languages, { rng, hand });
    const task: Task<TranslationBatch> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) =>
        toTranslationBatch(
          generateDates({ rng: random, count: setup.batchSize, languages: names, exclude }).map(pairOf),
          languages,
        ),
      loss: (batch) => model.loss(batch),
      evaluate: (limit) => exactlyWritten(model, languages, test.slice(0, limit)),
      predict: (input, touches = []) =>
        showTranslation(hand.on(model, touches), languages, [...input], { maxLength: longest, joint: '' }),
    };
    return task;
  },

  program: (setup, { languages }) =>
    translationProgram(
      { ...setup, network: 'recurrent' },
      { languages, example: 'July 4, 1976', tokens: '[...text]', joint: '', maxLength: longest },
    ),
});

function pairOf({ source, target }: DateExample): Pair {
  return { source: [...source], target: [...target] };
}
