/** Does a review praise or blame? A recurrent reader, and attention that shows which words decided. */
import { Module, type Rng, type Sequence, sequence } from '@seqloom/core';
import { DataError } from '@seqloom/core/errors';
import { splitWords, Vocabulary } from '@seqloom/data';
import { generateReviews } from '@seqloom/data/synthetic';
import { padIds } from '@seqloom/data/to-tensors';
import { Embedding } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task, type Touch } from '../experiment.js';
import { Classifier, confusion, labelled, poolingControl, poolingView } from '../parts/classifier.js';
import { readColumns, withoutHeading } from '../parts/columns.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { answering, classifierSource } from '../parts/programs/classifier.js';
import { jsonFiles, loading, programOf, vocabularyOf } from '../parts/programs/program.js';
import { bothWays, type CellName, cellControl, sizeControl } from '../parts/recurrent.js';

const [made, unseen, fewest, longest] = [1500, 200, 40, 80];

interface Reviews {
  readonly words: Vocabulary;
  readonly labels: Vocabulary;
  readonly train: readonly Example[];
  readonly test: readonly Example[];
}

interface Labelled {
  readonly text: string;
  readonly label: string;
}

interface Example {
  readonly ids: readonly number[];
  readonly label: number;
}

interface TextBatch {
  readonly ids: tf.Tensor2D;
  readonly mask: tf.Tensor2D;
  readonly labels: tf.Tensor1D;
}

export default defineExperiment({
  title: 'Sentiment',
  group: 'Classifying',
  summary:
    'Reads a short review and says whether it praises or blames. The attention shows which words it went by: see what "not" and "nobody" do.',
  input: { label: 'Type a review', maxLength: 300 },
  examples: [
    'The film was not boring at all.',
    'What a charming hotel, and the service was delightful, too.',
    'Nobody could call this book clever.',
    'They promised a wonderful meal, and it was nothing of the kind.',
    'I enjoyed every minute, above all the ending.',
  ],
  measure: { label: 'Right labels, unseen reviews', every: 10, sample: 100 },
  outcome: { steps: 120, atLeast: 0.95 },
  file: {
    label: 'Drop a CSV or TSV file, or choose one',
    help: 'Two columns: a text, and a label of which there are few. A sixth, at most 200, is kept apart. It stays on this computer.',
    extensions: ['.csv', '.tsv', '.txt'],
  },
  views: [
    poolingView(
      { title: 'Which words counted', help: 'The stronger the colour of a word, the more it weighed in the answer.' },
      ['answer', 'word'],
    ),
    {
      name: 'confusion',
      title: 'Confusion',
      help: 'Unseen reviews: the right label is the row, what the model said the column.',
    },
    {
      name: 'states',
      title: 'Hidden states',
      help: 'A line for each unit over the words: some turn at "not", some wait for praise.',
    },
  ],
  controls: {
    pooling: poolingControl,
    cell: cellControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: 'Reviews per step.',
      affects: 'training',
      options: [8, 16, 32, 64].map((value) => ({ value, label: String(value) })),
      initial: 32,
    }),
    ...optimizerControlsAt(0.005),
  },

  async data(_, rng, file) {
    const all = file ? rng.shuffled(await readLabelled(file)) : generateReviews({ rng, count: made });
    const cut = Math.min(unseen, Math.floor(all.length / 6));
    const train = all.slice(cut);
    const words = Vocabulary.build(
      train.flatMap(({ text }) => tokens(text)),
      { minCount: file ? 2 : 1 },
    );
    const labels = Vocabulary.closed(all.map(({ label }) => label));
    const encode = ({ text, label }: Labelled) => ({ ids: words.encode(tokens(text)), label: labels.id(label) });
    const data: Reviews = { words, labels, train: train.map(encode), test: all.slice(0, cut).map(encode) };
    const counts = labels.tokens.map(
      (label) => [label, all.filter((review) => review.label === label).length] as const,
    );
    const caption = `${file ? file.name : 'Made reviews'}: ${train.length.toLocaleString('en')} to learn from, ${cut} kept apart, ${words.size.toLocaleString('en')} words.`;
    const samples = train.slice(0, 6).map(({ text, label }) => `${label}: ${text}`);
    return { data, preview: { caption, counts, samples } };
  },

  build(setup, data, rng) {
    const model = new Reader(setup, data, rng);
    const task: Task<TextBatch> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) => toBatch(Array.from({ length: setup.batchSize }, () => random.choice(data.train))),
      loss: (batch) => model.classifier.loss(model.read(batch), batch.labels),
      evaluate: async (limit) => {
        const some = data.test.slice(0, limit);
        const said = await model.answers(some);
        return said.filter((label, i) => label === some[i]!.label).length / some.length;
      },
      predict: (input, touches) => predict(model, data, input, touches),
    };
    return task;
  },

  program: (setup, { words, labels }) =>
    programOf(
      'Rebuilds the trained classifier and judges a review.',
      `
await useBackend('cpu');
const labels: readonly string[] = ${JSON.stringify(labels.tokens)};
${vocabularyOf('words')}

${classifierSource(setup, 32, labels.size)}

class Reader extends Module {
  readonly embedding = new Embedding({ vocabularySize: words.size, size: 32 });
  readonly classifier = new Classifier();
}
const model = new Reader();
${loading}

const text = process.argv[2] ?? 'The film was not boring at all.';
const { ids } = padIds([words.encode(splitWords(text.toLowerCase()))]);
const { scores } = model.classifier.forward(model.embedding.forward(ids));
${answering}
console.log(text, '→', labels[best], (100 * shares[best]!).toFixed(1) + ' %');
`,
      { files: jsonFiles({ words }) },
    ),
});

/** Words as vectors, read in both directions. */
class Reader extends Module {
  readonly embedding: Embedding;
  readonly classifier: Classifier;

  constructor(
    { cell, size, pooling }: { cell: CellName; size: number; pooling: typeof poolingControl.initial },
    { words, labels }: Reviews,
    rng: Rng,
  ) {
    super();
    this.embedding = new Embedding({ vocabularySize: words.size, size: 32, rng });
    const encoder = bothWays(cell, { inputSize: 32, hiddenSize: size, rng });
    this.classifier = new Classifier({ encoder, pooling, classes: labels.size, rng });
  }

  read({ ids, mask }: Pick<TextBatch, 'ids' | 'mask'>): Sequence {
    return sequence(this.embedding.forward(ids), mask);
  }

  async answers(examples: readonly Example[]): Promise<number[]> {
    const said = tf.tidy(() => tf.argMax(this.classifier.forward(this.read(toBatch(examples))).logits, 1));
    const labels = await said.data();
    said.dispose();
    return [...labels];
  }
}

function tokens(text: string): string[] {
  return splitWords(text.toLowerCase()).slice(0, longest);
}

function toBatch(examples: readonly Example[]): TextBatch {
  const { ids, mask } = padIds(examples.map((example) => example.ids));
  return {
    ids,
    mask,
    labels: tf.tensor1d(
      examples.map(({ label }) => label),
      'int32',
    ),
  };
}

async function predict(
  model: Reader,
  { words, labels, test }: Reviews,
  input: string,
  touches?: readonly Touch[],
): Promise<Prediction> {
  const shown = splitWords(input).slice(0, longest);
  const read = tokens(input);
  const found = tf.tidy(() => ({ ...model.classifier.forward(model.read(padIds([words.encode(read)])), touches) }));
  const [logits, weights, states] = await Promise.all([found.logits.data(), found.weights.data(), found.states.data()]);
  const units = found.states.shape[2];
  tf.dispose(Object.values(found));
  const some = test.slice(0, 100);
  const said = await model.answers(some);
  const most = Math.max(...weights);
  const answer = labelled(logits, labels.tokens);
  return {
    result: {
      ...answer,
      words: shown.map((word, t) => ({ word, weight: weights[t]! / most })),
    },
    pictures: {
      pooling: model.classifier.picture(answer.label, shown, weights as Float32Array),
      confusion: confusion(
        some.map(({ label }) => label),
        said,
        labels.tokens,
      ),
      states: { kind: 'lanes', columns: shown, units, layers: [{ label: 'State', values: states as Float32Array }] },
    },
  };
}

/** The column of fewer different cells is the label. Throws DataError. */
async function readLabelled(file: File): Promise<Labelled[]> {
  const columns = await readColumns('sentiment', file);
  const { names } = columns;
  const kinds = names.map((_, column) => new Set(columns.rows.map((row) => row[column])).size);
  const label = kinds.indexOf(Math.min(...kinds));
  const text = kinds.indexOf(Math.max(...kinds));
  const rows = withoutHeading(columns, label);
  const labels = new Set(rows.map((row) => row[label])).size;
  if (names.length < 2 || labels < 2 || labels > 20 || rows.length < fewest)
    throw new DataError(
      'sentiment',
      `${file.name}: ${rows.length} lines of ${names.length} columns, ${labels} labels`,
      {
        hint: `two columns are needed, one with 2 to 20 different labels, and at least ${fewest} lines`,
      },
    );
  return rows.filter((row) => tokens(row[text]!).length > 0).map((row) => ({ text: row[text]!, label: row[label]! }));
}
