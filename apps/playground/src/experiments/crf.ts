/** A conditional random field over sparse features: potentials, constraints, marginals, the best paths. */
import { spanF1, splitWords, tokenAccuracy } from '@seqloom/data';
import {
  type Algorithm,
  averagedPerceptron,
  type Feature,
  type FeatureCRF,
  featurize,
  l2sgd,
  lbfgs,
  topStateFeatures,
} from '@seqloom/hmm-crf/feature-crf';
import { choice, plain } from '../controls/control.js';
import { defineExperiment, type IterativeTask, type Picture, type Prediction, type Touch } from '../experiment.js';
import { SentenceChain } from '../parts/chain-potentials.js';
import { nounPhrases, readTagged, type TaggedWords } from '../parts/chunks.js';
import { FeatureTraining } from '../parts/feature-training.js';
import { trainingFile } from '../parts/kept-training.js';
import { featureProgram } from '../parts/programs/tagging.js';

const made = 400;
const ordinals = ['Best path', 'Second', 'Third'];

const algorithms = {
  lbfgs: (c2) => lbfgs({ c2 }),
  sgd: (c2) => l2sgd({ c2 }),
  perceptron: () => averagedPerceptron(),
} satisfies Record<string, (c2: number) => Algorithm>;

interface Sentences {
  readonly train: readonly TaggedWords[];
  readonly test: readonly TaggedWords[];
  readonly labels: readonly string[];
  /** Whether the labels are chunks in BIO. */
  readonly chunks: boolean;
}

export default defineExperiment({
  title: 'Conditional random field',
  group: 'Chains',
  summary:
    'Finds the noun phrases of a sentence by weighing whole paths of tags. Set a potential by hand, forbid what cannot be, and see which paths come next.',
  input: { label: 'Type a sentence', maxLength: 200 },
  examples: [
    'The old man reads a book.',
    'She bought three red apples in Paris.',
    'Anna quickly closed the small window!',
    'Can you play the violin?',
  ],
  lossLabel: 'Objective per sentence',
  measure: {
    label: 'Right tags, unseen text',
    every: 1,
    sample: 50,
    beside: [{ label: 'Right chunks (F1)' }],
  },
  outcome: { steps: 30, atLeast: 0.9 },
  file: {
    label: 'Drop a CoNLL file, or choose one',
    help: 'A word a line, its tag in the last column, an empty line after each sentence; a tenth is kept apart. It stays on this computer.',
    extensions: ['.conll', '.txt', '.tsv', '.bio'],
  },
  views: [
    {
      name: 'trellis',
      title: 'Trellis',
      help: 'The larger a tag, the more probable it is there, over all paths; bold is the best path, and forbidden transitions are not drawn.',
    },
    {
      name: 'emission',
      title: 'Potentials',
      help: 'What the features of each word say for (blue) or against (orange) each tag, before neighbours are looked at.',
      axes: ['tag', 'word'],
      tokens: 'column',
      touch: 'Set what a word says of a tag: all paths are weighed again.',
    },
    {
      name: 'transition',
      title: 'Transitions',
      help: 'What the model has learnt of neighbours: how much this tag (row) likes to be followed by that (column).',
      axes: ['tag', 'next tag'],
      touch: 'Set how much a tag likes to follow another: all paths are weighed again.',
      lasting: true,
    },
    {
      name: 'features',
      title: 'Heaviest features',
      help: 'The features that say most of each tag, over all sentences.',
      axes: ['feature', 'tag'],
    },
  ],
  controls: {
    algorithm: choice({
      label: 'Algorithm',
      help: 'L-BFGS looks at all sentences in each iteration, SGD and the averaged perceptron learn from one after the other.',
      affects: 'model',
      options: [
        { value: 'lbfgs', label: 'L-BFGS' },
        { value: 'sgd', label: 'SGD' },
        { value: 'perceptron', label: 'Perceptron' },
      ],
      initial: 'lbfgs',
    }),
    c2: choice({
      label: 'Penalty',
      help: 'How dear large weights are (c2). A higher one trusts rare features less; the perceptron has none.',
      affects: 'model',
      options: plain(0.01, 0.1, 1, 10),
      initial: 0.1,
    }),
    features: choice({
      label: 'Features',
      help: 'By what a word is known: itself, its ending and shape too, or its neighbours as well.',
      affects: 'model',
      options: [
        { value: 'word', label: 'Word' },
        { value: 'ending', label: 'And ending' },
        { value: 'neighbours', label: 'And neighbours' },
      ],
      initial: 'ending',
    }),
    constraints: choice({
      label: 'Constraints',
      help: 'With BIO rules no path may hold an I- tag that continues nothing.',
      affects: 'training',
      options: [
        { value: 'none', label: 'None' },
        { value: 'BIO', label: 'BIO' },
      ],
      initial: 'BIO',
    }),
  },

  objections({ algorithm, c2 }) {
    return algorithm === 'perceptron' && c2 >= 1
      ? { c2: 'The perceptron has no penalty, so a high one would say nothing: leave 0.1.' }
      : {};
  },

  async data(_, rng, file) {
    const all = file ? rng.shuffled(await readTagged('crf', file)) : nounPhrases(rng, made);
    const cut = Math.max(1, Math.min(200, Math.floor(all.length / (file ? 10 : 4))));
    const [test, train] = [all.slice(0, cut), all.slice(cut)];
    const labels = [...new Set(all.flatMap(({ tags }) => tags))].sort();
    const counts = labels.map(
      (label) => [label, all.flatMap(({ tags }) => tags).filter((tag) => tag === label).length] as const,
    );
    const caption = `${file ? file.name : 'Made sentences with their noun phrases'}: ${train.length} to learn from, ${test.length} kept apart.`;
    const samples = train.slice(0, 6).map(({ words, tags }) => words.map((word, i) => `${word}/${tags[i]}`).join(' '));
    const data: Sentences = { train, test, labels, chunks: labels.every((label) => /^(O|[BI]-.+)$/.test(label)) };
    return { data, preview: { caption, counts, samples } };
  },

  build(setup, data) {
    const describe = features[setup.features];
    const examples = data.train.map(({ words, tags }) => ({ items: featurize(words, describe), labels: tags }));
    const training = new FeatureTraining(examples, () => algorithms[setup.algorithm](setup.c2));
    const rules = setup.constraints === 'BIO' && data.chunks;
    const ask = async (words: readonly string[], touches: readonly Touch[] = []) =>
      new SentenceChain(await training.crf(), { words, items: featurize(words, describe), rules, touches });
    const task: IterativeTask = {
      parameters: training.parameters,
      iterate: (rng) => training.iterate(rng),
      async evaluate(limit) {
        const some = data.test.slice(0, limit);
        const answers = await Promise.all(some.map(async ({ words }) => (await ask(words)).best()));
        const right = some.map(({ tags }) => [...tags]);
        return [tokenAccuracy(answers, right), data.chunks ? spanF1(answers, right).micro.f1 : Number.NaN];
      },
      async predict(input, touches): Promise<Prediction> {
        const words = splitWords(input);
        const chain = await ask(words, touches);
        const heaviest = heaviestFeatures(await training.crf());
        const pictures = { ...chain.pictures(rules), ...(heaviest && { features: heaviest }) };
        return { result: chain.answers(ordinals.length, ordinals), pictures };
      },
      file: trainingFile,
      save: (made) => training.save(made),
      load: (bytes) => training.load(bytes),
      dispose: () => training.dispose(),
    };
    return task;
  },

  program(setup, { chunks }) {
    const rules = setup.constraints === 'BIO' && chunks;
    return featureProgram(
      sources[setup.features],
      'The old man reads a book.',
      rules ? ".restrict(tagScheme('BIO', crf.labels))" : '',
    );
  },
});

const word: Feature<string> = (words, t) => ['bias', `word=${words[t]!.toLowerCase()}`];
const ending: Feature<string> = (words, t) => {
  const form = words[t]!;
  const shape = /^\p{Lu}/u.test(form)
    ? 'capital'
    : /^\p{L}/u.test(form)
      ? 'small'
      : /\d/.test(form)
        ? 'number'
        : 'mark';
  return [...(word(words, t) as string[]), `ending=${form.slice(-3).toLowerCase()}`, `shape=${shape}`];
};
const neighbours: Feature<string> = (words, t) => [
  ...(ending(words, t) as string[]),
  `before=${words[t - 1]?.toLowerCase() ?? '<s>'}`,
  `after=${words[t + 1]?.toLowerCase() ?? '</s>'}`,
];

const features = { word, ending, neighbours };

/** The same as source text. */
const wordSource = "'bias', 'word=' + form.toLowerCase()";
const endingSource = `${wordSource}, 'ending=' + form.slice(-3).toLowerCase(), 'shape=' + shape(form)`;
const shapeSource = `const shape = (form: string) =>
  /^\\p{Lu}/u.test(form) ? 'capital' : /^\\p{L}/u.test(form) ? 'small' : /\\d/.test(form) ? 'number' : 'mark';
`;
const around = `'before=' + (words[t - 1]?.toLowerCase() ?? '<s>'), 'after=' + (words[t + 1]?.toLowerCase() ?? '</s>')`;
const sources = {
  word: `const items = words.map((form) => [${wordSource}]);`,
  ending: `${shapeSource}const items = words.map((form) => [${endingSource}]);`,
  neighbours: `${shapeSource}const items = words.map((form, t) => [${endingSource}, ${around}]);`,
};

/** The features that say most for each label, with what they say of all labels. */
function heaviestFeatures({ model, labels }: FeatureCRF): Picture | undefined {
  const each = Math.max(2, Math.floor(18 / labels.length));
  const top = labels.flatMap((label) => topStateFeatures(model, { label, count: each }).positive);
  const rows = [...new Set(top.map(({ attribute }) => attribute))];
  if (rows.length === 0) return undefined;
  const weights = new Map(top.map(({ attribute, label, weight }) => [`${attribute} ${label}`, weight]));
  const values = Float32Array.from(rows.flatMap((row) => labels.map((label) => weights.get(`${row} ${label}`) ?? 0)));
  return { kind: 'matrix', rows, columns: labels, layers: [{ label: 'all', values }], scale: 'signed' };
}
