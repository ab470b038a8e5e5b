/** English to French, word by word: an encoder–decoder, greedy or with a beam. */
import { DataError } from '@seqloom/core/errors';
import { bleu, collect, readCsv, splitWords, Vocabulary } from '@seqloom/data';
import { generatePhrases } from '@seqloom/data/synthetic';
import { padIds } from '@seqloom/data/to-tensors';
import type { TranslationBatch } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice, plain } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task, type TextResult } from '../experiment.js';
import { beamTree } from '../parts/beam-tree.js';
import { Hand, type Writes } from '../parts/hand.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { translationProgram } from '../parts/programs/translation.js';
import {
  alignmentViews,
  type Languages,
  makeTranslator,
  type Pair,
  showTranslation,
  toTranslationBatch,
  translate,
  translatorControls,
  translatorObjections,
} from '../parts/translation.js';

const [made, unseen, fewest, longest, most] = [2500, 150, 50, 25, 20_000];

interface Pairs {
  readonly languages: Languages;
  readonly train: readonly Pair[];
  readonly test: readonly Pair[];
}

export default defineExperiment({
  title: 'Translation',
  group: 'Sequence to sequence',
  summary:
    'Translates simple English sentences into French: the adjective goes behind its noun, "does not" becomes two words around the verb, and the attention shows it.',
  input: { label: 'Type an English sentence', maxLength: 120 },
  examples: [
    'she does not see the red car',
    'my brother buys this white boat',
    'I look for the green umbrella',
    'the children do not like your round chair',
    'they draw the island',
  ],
  measure: {
    label: 'Exact match, unseen sentences',
    every: 20,
    sample: 60,
    beside: [{ label: 'BLEU, as a share' }],
  },
  outcome: { steps: 140, atLeast: 0.9 },
  file: {
    label: 'Drop a parallel TSV file, or choose one',
    help: `A sentence, a tab, its translation. Pairs of up to ${longest} words; a tenth, at most ${unseen}, is kept apart. It stays on this computer.`,
    extensions: ['.tsv', '.txt'],
  },
  views: [
    ...alignmentViews,
    {
      name: 'beam',
      title: 'Beam',
      help: 'What the search tried: each way from the left is a beginning, bold is the best, and what fell out of the beam is faint.',
    },
  ],
  controls: {
    ...translatorControls,
    beam: choice({
      label: 'Beam',
      help: 'How many beginnings the search keeps side by side; 1 is greedy. For your sentence only, the curve is greedy.',
      affects: 'training',
      options: plain(1, 2, 3, 5),
      initial: 3,
    }),
    batchSize: choice({
      label: 'Batch size',
      help: 'Sentences per step.',
      affects: 'training',
      options: plain(16, 32, 64, 128),
      initial: 64,
    }),
    ...optimizerControlsAt(0.01),
  },

  objections: translatorObjections,

  async data(_, rng, file) {
    const all = file ? rng.shuffled(await readPairs(file)) : generatePhrases({ rng, count: made }).map(pairOf);
    const cut = Math.min(unseen, Math.floor(all.length / 10));
    const test = all.slice(0, cut);
    const known = new Set(test.map(({ source }) => source.join(' ')));
    const train = all.slice(cut).filter(({ source }) => !known.has(source.join(' ')));
    const minCount = file ? 2 : 1;
    const languages: Languages = {
      source: Vocabulary.build(
        train.flatMap(({ source }) => source),
        { minCount },
      ),
      target: Vocabulary.build(
        train.flatMap(({ target }) => target),
        {
          minCount,
          specials: { start: '<s>', end: '</s>' },
        },
      ),
    };
    const caption = `${file ? file.name : 'Made sentences'}: ${train.length.toLocaleString('en')} pairs to learn from, ${cut} kept apart; ${languages.source.size} and ${languages.target.size} words.`;
    const samples = train.slice(0, 8).map(({ source, target }) => `${source.join(' ')} → ${target.join(' ')}`);
    return { data: { languages, train, test } satisfies Pairs, preview: { caption, counts: [], samples } };
  },

  build(setup, { languages, train, test }, rng) {
    const hand = new Hand();
    const model = makeTranslator(setup, languages, { rng, hand });
    const task: Task<TranslationBatch> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) =>
        toTranslationBatch(
          Array.from({ length: setup.batchSize }, () => random.choice(train)),
          languages,
        ),
      loss: (batch) => model.loss(batch),
      evaluate: async (limit) => {
        const some = test.slice(0, limit);
        const width = Math.max(...some.map(({ target }) => target.length)) + 2;
        const written = await translate(
          model,
          languages,
          some.map(({ source }) => source),
          width,
        );
        const [said, right] = [written, some.map(({ target }) => target)].map((texts) =>
          texts.map((words) => words.join(' ')),
        );
        const exact = said!.filter((text, i) => text === right![i]).length / some.length;
        return [exact, bleu(said!, right!).score / 100];
      },
      predict: (input, touches = []) => predict(hand.on(model, touches), languages, input, setup.beam),
    };
    return task;
  },

  program: (setup, { languages, test }) =>
    translationProgram(setup, {
      languages,
      example: test[0]!.source.join(' '),
      tokens: 'splitWords(text.toLowerCase())',
      joint: ' ',
      maxLength: longest,
    }),
});

async function predict(model: Writes, languages: Languages, input: string, width: number): Promise<Prediction> {
  const tokens = splitWords(input.toLowerCase());
  const shown = await showTranslation(model, languages, tokens, { maxLength: longest, joint: ' ' });
  const written = shown.result as TextResult;
  const greedy = { ...written, text: joined(written.text), label: 'Greedy' };
  if (width === 1) return { ...shown, result: greedy };
  const { source, target } = languages;
  const { ids, mask } = padIds([source.encode(tokens)]);
  const { found, tree } = await beamTree(model.writer({ source: ids, sourceMask: mask }), {
    start: target.start,
    end: target.end,
    maxLength: longest,
    width,
    token: (id) => target.token(id),
  });
  tf.dispose([ids, mask]);
  const hypotheses = found.slice(0, 3).map(
    (hypothesis, rank): TextResult => ({
      kind: 'text',
      text: joined(target.decode(hypothesis.ids).join(' ')),
      confidence: [],
      label: `Beam ${rank + 1}, log p ${hypothesis.logProbability.toFixed(2)}`,
    }),
  );
  return { result: [greedy, ...hypotheses], pictures: { ...shown.pictures, beam: tree } };
}

/** The first two columns, split into words in small letters. Throws DataError, with the line. */
async function readPairs(file: File): Promise<Pair[]> {
  const lines = await collect(
    readCsv<'source' | 'target', readonly string[]>(file, {
      columns: ['source', 'target'],
      separator: '\t',
      quote: null,
      check: ({ source, target }) => [source, target],
    }),
  );
  const pairs = lines.map(([source, target]) => pairOf({ source: source!, target: target! }));
  const usable = pairs.filter(({ source, target }) =>
    [source, target].every(({ length }) => length > 0 && length <= longest),
  );
  if (usable.length >= fewest) return usable.slice(0, most);
  throw new DataError(
    'translation',
    `${file.name} has ${usable.length} pairs that can be used, at least ${fewest} are needed`,
    {
      hint: `a sentence, a tab and its translation on each line, of 1 to ${longest} words`,
    },
  );
}

/** The words of l'île are three. */
function joined(text: string): string {
  return text.replaceAll(" ' ", "'").replaceAll(' - ', '-');
}

function pairOf({ source, target }: { source: string; target: string }): Pair {
  return { source: words(source), target: words(target) };
}

function words(text: string): string[] {
  return splitWords(text.toLowerCase());
}
