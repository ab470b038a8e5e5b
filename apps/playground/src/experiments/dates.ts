/** Dates as people write them → ISO 8601: an encoder–decoder that learns where to look. */
import { type Rng, sequence } from '@seqloom/core';
import { type DateExample, exactMatch, generateDates, Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import {
  BahdanauDecoder,
  Embedding,
  EncoderDecoder,
  type GreedyOptions,
  LuongDecoder,
  type TranslationBatch,
} from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task } from '../experiment.js';
import { headsControl, makeAttention, type ScorerName, scorerOptions } from '../parts/attention.js';
import { makeOptimizer, optimizerControls } from '../parts/optimizer.js';
import { translationProgram } from '../parts/programs/translation.js';
import { bothWays, type CellName, cellControl, oneWay, sizeControl } from '../parts/recurrent.js';

const unseen = 500;
const longest = 12;

const languages = {
  all: undefined,
  English: ['English'],
  numbers: ['numbers'],
} satisfies Record<string, string[] | undefined>;

interface Dates {
  readonly languages: readonly string[] | undefined;
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly test: readonly DateExample[];
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
  views: [
    {
      name: 'attention',
      title: 'Attention',
      help: 'Each row is a written character; the darker a cell, the more it looked at that character of the input.',
      axes: ['output', 'input'],
      tokens: 'row',
    },
  ],
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
    scorer: choice({
      label: 'Attention score',
      help: 'How a state is compared with a character: by a small network (additive) or by a dot product.',
      affects: 'model',
      options: scorerOptions,
      initial: 'additive',
    }),
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
    const data: Dates = {
      languages: languages[writing],
      source: Vocabulary.build(drawn.flatMap(({ source }) => [...source])),
      target: Vocabulary.build(
        drawn.flatMap(({ target }) => [...target]),
        { specials: { start: '<s>', end: '</s>' } },
      ),
      test,
      exclude: new Set(test.map(({ target }) => target)),
    };
    const caption = `Made as they are needed; ${unseen} days are kept apart to measure. ${data.source.size} characters occur.`;
    return {
      data,
      preview: { caption, counts: [], samples: drawn.slice(-8).map(({ source, target }) => `${source} → ${target}`) },
    };
  },

  build(setup, data, rng) {
    const model = makeModel(setup, data, rng);
    const task: Task<TranslationBatch> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) =>
        toBatch(
          generateDates({ rng: random, count: setup.batchSize, languages: data.languages, exclude: data.exclude }),
          data,
        ),
      loss: (batch) => model.loss(batch),
      evaluate: (limit) => evaluate(model, data, limit),
      predict: (input) => predict(model, data, input),
    };
    return task;
  },

  program: (setup, { source, target }) =>
    translationProgram(
      { ...setup, network: 'recurrent', normalizer: 'softmax' },
      { languages: { source, target }, example: 'July 4, 1976', tokens: '[...text]', joint: '', maxLength: longest },
    ),
});

interface Parts {
  readonly scorer: ScorerName;
  readonly heads: number;
  readonly decoder: 'luong' | 'bahdanau';
  readonly cell: CellName;
  readonly size: number;
}

type Model = EncoderDecoder<unknown, unknown, unknown>;

function makeModel({ scorer, heads, decoder, cell, size }: Parts, data: Dates, rng: Rng): Model {
  const embedded = 32;
  const attention = makeAttention(scorer, heads, { querySize: size, keySize: size, rng });
  const parts = { attention, contextSize: size, inputSize: embedded, rng };
  return new EncoderDecoder({
    source: new Embedding({ vocabularySize: data.source.size, size: embedded, rng }),
    target: new Embedding({ vocabularySize: data.target.size, size: embedded, rng }),
    encoder: bothWays(cell, { inputSize: embedded, hiddenSize: size, rng }),
    decoder:
      decoder === 'luong'
        ? new LuongDecoder({ ...parts, cell: oneWay(cell, { inputSize: embedded, hiddenSize: size, rng }) })
        : new BahdanauDecoder({ ...parts, cell: oneWay(cell, { inputSize: embedded + size, hiddenSize: size, rng }) }),
    rng,
  });
}

function toBatch(examples: readonly DateExample[], { source, target }: Dates): TranslationBatch {
  const from = padIds(examples.map((example) => source.encode([...example.source])));
  const to = padIds(examples.map((example) => [target.start, ...target.encode([...example.target]), target.end]));
  return { source: from.ids, sourceMask: from.mask, target: to.ids, targetMask: to.mask };
}

function writing({ target }: Dates): GreedyOptions {
  return { start: target.start, end: target.end, maxLength: longest };
}

async function evaluate(model: Model, data: Dates, limit: number): Promise<number> {
  const examples = data.test.slice(0, limit);
  const { source, sourceMask, ...rest } = toBatch(examples, data);
  const transcripts = await model.greedy({ source, sourceMask }, writing(data));
  tf.dispose([source, sourceMask, ...Object.values(rest)]);
  return exactMatch(
    transcripts.map(({ ids }) => data.target.decode(ids).join('')),
    examples.map(({ target }) => target),
  );
}

/** Writes greedily, then reads its own writing once more to see probabilities and the weights of every head. */
async function predict(model: Model, data: Dates, input: string): Promise<Prediction> {
  const { source, target } = data;
  const characters = [...input];
  const ids = padIds([source.encode(characters)]);
  const written = await model.greedy({ source: ids.ids }, writing(data));
  const symbols = written[0]!.ids;
  const text = target.decode(symbols);
  if (symbols.length === 0) {
    tf.dispose([ids.ids, ids.mask]);
    return { result: { kind: 'text', text: '', confidence: [] }, pictures: {} };
  }
  const [confidence, weights] = tf.tidy(() => {
    const { memory, state } = model.encode({ source: ids.ids });
    const given = tf.tensor2d([[target.start, ...symbols.slice(0, -1)]], undefined, 'int32');
    const { output, weights } = model.decoder.forward(sequence(model.target.forward(given)), state, memory);
    const probabilities = tf.softmax(model.output.forward(output.values)); // [1,T,V]
    const chosen = tf.oneHot(tf.tensor1d(symbols, 'int32'), target.size);
    return [tf.sum(tf.mul(tf.squeeze(probabilities, [0]), chosen), 1), weights];
  });
  const [shares, alignment, heads] = [await confidence.data(), await weights.data(), weights.shape[0]];
  tf.dispose([ids.ids, ids.mask, confidence, weights]);
  const size = text.length * characters.length;
  const layers = Array.from({ length: heads }, (_, head) => ({
    label: `Head ${head + 1}`,
    values: (alignment as Float32Array).slice(head * size, (head + 1) * size),
  }));
  return {
    result: { kind: 'text', text: text.join(''), confidence: [...shares] },
    pictures: { attention: { kind: 'matrix', rows: text, columns: characters, layers, scale: 'share' } },
  };
}
