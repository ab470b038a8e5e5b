/** What is wanted, and with what: one reader, a label for the sentence and a CRF over its words. */
import { spanF1, splitWords, Vocabulary } from '@seqloom/data';
import { type CommandExample, generateCommands } from '@seqloom/data/synthetic';
import { padIds } from '@seqloom/data/to-tensors';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task, type Touch } from '../experiment.js';
import { readTagged } from '../parts/chunks.js';
import { labelled, poolingControl, poolingView } from '../parts/classifier.js';
import { type CommandBatch, CommandReader, type Commands, keepsRules, toBatch } from '../parts/command-reader.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { answering, classifierSource } from '../parts/programs/classifier.js';
import { jsonFiles, loading, programOf, quoted, vocabularyOf } from '../parts/programs/program.js';
import { cellControl, sizeControl } from '../parts/recurrent.js';
import { marginalsPicture, taggedWords } from '../parts/tags.js';

const [made, unseen] = [1200, 200];
const unnamed = 'any';

export default defineExperiment({
  title: 'Intent and slots',
  group: 'Tagging',
  summary:
    'Reads a command and says what is wanted (the intent) and which words tell with what (the slots), both from one reader.',
  input: { label: 'Type a command', maxLength: 120 },
  examples: [
    'wake me at half past seven tomorrow',
    'will it rain in Cape Town next Friday',
    'play something calm in the living room',
    'make the bedroom warm white',
    'remind me to buy dark bread on Sunday',
  ],
  measure: {
    label: 'Right slots (F1), unseen commands',
    every: 10,
    sample: 100,
    beside: [{ label: 'Right intents' }],
  },
  outcome: { steps: 80, atLeast: 0.95 },
  file: {
    label: 'Drop a CoNLL file, or choose one',
    help: 'A word a line, its BIO tag in the last column, an empty line after each sentence. There are no intents then. It stays on this computer.',
    extensions: ['.conll', '.txt', '.tsv', '.bio'],
  },
  views: [
    {
      name: 'slots',
      title: 'Slots',
      help: 'Each column is a word: the stronger the colour of a tag, the more probable it is over all paths; the line is the best path.',
      axes: ['tag', 'word'],
      tokens: 'column',
    },
    poolingView(
      { title: 'What told the intent', help: 'The stronger the colour of a word, the more it counted for the intent.' },
      ['intent', 'word'],
    ),
    {
      name: 'transition',
      title: 'Transitions',
      help: 'What the CRF has learnt of neighbours: how much this tag likes to be followed by that one.',
      axes: ['tag', 'next tag'],
    },
  ],
  controls: {
    constraints: choice({
      label: 'Constraints',
      help: 'With BIO rules no I- tag can stand where nothing of its kind begins, neither in training nor in answers.',
      affects: 'model',
      options: [
        { value: 'BIO', label: 'BIO' },
        { value: 'none', label: 'None' },
      ],
      initial: 'BIO',
    }),
    pooling: poolingControl,
    cell: cellControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: 'Commands per step.',
      affects: 'training',
      options: [8, 16, 32, 64].map((value) => ({ value, label: String(value) })),
      initial: 32,
    }),
    ...optimizerControlsAt(0.01),
  },

  async data(_, rng, file) {
    const all = file
      ? rng.shuffled(await readTagged('intents', file)).map((sentence) => ({ ...sentence, intent: unnamed }))
      : generateCommands({ rng, count: made });
    const cut = Math.min(unseen, Math.ceil(all.length / 6));
    const [test, train] = [all.slice(0, cut), all.slice(cut)];
    const data: Commands = {
      words: Vocabulary.build(train.flatMap(({ words }) => words.map((word) => word.toLowerCase()))),
      tags: Vocabulary.closed(all.flatMap(({ tags }) => tags)),
      intents: Vocabulary.closed(all.map(({ intent }) => intent)),
      train,
      test,
    };
    const counts = data.intents.tokens.map(
      (name) => [name, all.filter(({ intent }) => intent === name).length] as const,
    );
    const caption = `${file ? file.name : 'Made commands'}: ${train.length.toLocaleString('en')} to learn from, ${cut} kept apart; ${data.intents.size} intents, ${data.tags.size} tags.`;
    const samples = train
      .slice(0, 6)
      .map(({ words, tags }) => words.map((word, i) => (tags[i] === 'O' ? word : `${word}/${tags[i]}`)).join(' '));
    return { data, preview: { caption, counts, samples } };
  },

  build(setup, data, rng) {
    const model = new CommandReader(setup, data, rng);
    const task: Task<CommandBatch> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) =>
        toBatch(
          Array.from({ length: setup.batchSize }, () => random.choice(data.train)),
          data,
        ),
      loss: (batch) => model.loss(batch),
      evaluate: (limit) => evaluate(model, data, data.test.slice(0, limit)),
      predict: (input, touches) => predict(model, data, input, touches),
    };
    return task;
  },

  program: (setup, { words, tags, intents, test }) =>
    programOf(
      'Rebuilds the trained reader and says what a command wants.',
      `
await useBackend('cpu');
const labels: readonly string[] = ${JSON.stringify(intents.tokens)};
const tags: readonly string[] = ${JSON.stringify(tags.tokens)};
${vocabularyOf('words')}

${classifierSource(setup, 32, intents.size)}

class CommandReader extends Module {
  readonly embedding = new Embedding({ vocabularySize: words.size, size: 32 });
  readonly classifier = new Classifier();
  readonly emission = new Linear({ inputSize: ${setup.size}, outputSize: tags.length });
  readonly crf = new CRF({ labelCount: tags.length${keepsRules(setup, tags) ? ", allowed: tagScheme('BIO', tags)" : ''} });
}
const model = new CommandReader();
${loading}

const read = splitWords(process.argv[2] ?? ${quoted(test[0]!.words.join(' '))});
const { ids } = padIds([words.encode(read.map((word) => word.toLowerCase()))]);
const { scores, states } = model.classifier.forward(model.embedding.forward(ids));
const path = await model.crf.decode(sequence(model.emission.forward(states.values))).data();
${answering}
console.log(labels[best], (100 * shares[best]!).toFixed(1) + ' %');
console.log(read.map((word, t) => word + '/' + tags[path[t]!]).join(' '));
`,
      { files: jsonFiles({ words }) },
    ),
});

/** F1 of the slots (of the words where tags are no chunks), and the share of right intents. */
async function evaluate(model: CommandReader, data: Commands, commands: readonly CommandExample[]): Promise<number[]> {
  const found = tf.tidy(() => {
    const { logits, emissions } = model.forward(toBatch(commands, data));
    return { path: model.crf.decode(emissions), intents: tf.argMax(logits, 1) };
  });
  const [ids, said, width] = [await found.path.data(), await found.intents.data(), found.path.shape[1]];
  tf.dispose(Object.values(found));
  const predicted = commands.map(({ words }, row) => words.map((_, t) => data.tags.token(ids[row * width + t]!)));
  const right = commands.filter(({ intent }, row) => data.intents.id(intent) === said[row]).length;
  return [
    spanF1(
      predicted,
      commands.map(({ tags }) => [...tags]),
    ).micro.f1,
    right / commands.length,
  ];
}

async function predict(
  model: CommandReader,
  data: Commands,
  input: string,
  touches?: readonly Touch[],
): Promise<Prediction> {
  const shown = splitWords(input);
  const { ids, mask } = padIds([data.words.encode(shown.map((word) => word.toLowerCase()))]);
  const found = tf.tidy(() => {
    const { logits, weights, emissions } = model.forward({ ids, mask }, touches);
    const path = model.crf.decode(emissions);
    return {
      path,
      marginals: model.crf.marginals(emissions),
      logits,
      weights,
      transition: tf.clone(model.crf.transition),
    };
  });
  const [path, marginals, logits, weights, transition] = await Promise.all(
    [found.path, found.marginals, found.logits, found.weights, found.transition].map((tensor) => tensor.data()),
  );
  tf.dispose([ids, mask, ...Object.values(found)]);
  const tags = data.tags.tokens;
  const answer = { words: shown, tags, path: path!, marginals: marginals! };
  const intent = labelled(logits!, data.intents.tokens);
  const layer = (values: ArrayLike<number>) => [{ label: 'all', values: Float32Array.from(values) }];
  return {
    result: intent.label === unnamed ? taggedWords(answer) : [intent, taggedWords(answer)],
    pictures: {
      slots: marginalsPicture(answer),
      pooling: model.classifier.picture(intent.label, shown, weights as Float32Array),
      transition: { kind: 'matrix', rows: tags, columns: tags, layers: layer(transition!), scale: 'signed' },
    },
  };
}
