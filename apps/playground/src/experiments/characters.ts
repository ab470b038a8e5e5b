/** The next character of a text, and so texts: watch words appear out of noise. */
import { type RecurrentLayer, Rng } from '@seqloom/core';
import { DataError } from '@seqloom/core/errors';
import { generateSentences, Vocabulary } from '@seqloom/data';
import { drawn, forbid, stream, temperature } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task, type Touch } from '../experiment.js';
import { causalControl, makeCausal } from '../parts/causal.js';
import { NextToken } from '../parts/next-token.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { causalSource } from '../parts/programs/layers.js';
import { jsonFiles, loading, programOf, vocabularyOf } from '../parts/programs/program.js';
import { sizeControl } from '../parts/recurrent.js';
import { touchedLayer } from '../parts/touched-layer.js';
import { weaverTale } from '../parts/weaver-tale.js';

const context = 48;
const written = 120;
const fewest = 1000;

interface Text {
  readonly characters: Vocabulary;
  readonly train: readonly number[];
  readonly test: readonly number[];
}

export default defineExperiment({
  title: 'Character by character',
  group: 'Writing',
  summary:
    'Reads a text one character at a time and learns which comes next; so it can write on. First come frequent letters, then words, then sentences.',
  input: { label: 'Begin a text', maxLength: 80 },
  examples: ['The ', 'She ', 'In a town by ', 'Every morning '],
  measure: {
    label: 'Right next character, unseen text',
    every: 25,
    sample: 8,
    beside: [{ label: 'Bits per character', scale: 'value' }],
  },
  outcome: { steps: 250, atLeast: 0.6 },
  file: {
    label: 'Drop a text of your own, or choose one',
    help: `Any plain text of at least ${fewest} characters; its last tenth is kept apart. It stays on this computer.`,
    extensions: ['.txt', '.md'],
  },
  views: [
    {
      name: 'states',
      title: 'Hidden states',
      help: 'A line for each hidden unit, over the characters read and written: some count, some wait for a space.',
      touch:
        'Set a unit at one character: the network reads and writes on from there (of LRU and Transformer only that one output changes).',
    },
    {
      name: 'next',
      title: 'What comes next',
      help: 'For each character of the text, how probable the model found the likeliest ones at the end of it.',
      axes: ['candidate', 'after'],
    },
  ],
  controls: {
    text: choice({
      label: 'Text',
      help: 'Made-up simple sentences, as many as are wanted, or one short tale, soon known by heart. A file of your own goes before both.',
      affects: 'data',
      options: [
        { value: 'sentences', label: 'Sentences' },
        { value: 'tale', label: 'A tale' },
      ],
      initial: 'sentences',
    }),
    cell: causalControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: `Pieces of ${context} characters per step.`,
      affects: 'training',
      options: [8, 16, 32, 64].map((value) => ({ value, label: String(value) })),
      initial: 32,
    }),
    temperature: choice({
      label: 'Temperature',
      help: 'How bold the writing is: near 0 always the likeliest character, at 1 as the model believes, above that wilder.',
      affects: 'training',
      options: [0.2, 0.5, 0.8, 1, 1.3].map((value) => ({ value, label: String(value) })),
      initial: 0.5,
    }),
    ...optimizerControlsAt(0.005),
  },

  async data({ text }, rng, file) {
    const whole = file ? await readText(file) : texts[text](rng);
    const characters = Vocabulary.build(whole);
    const ids = characters.encode(whole);
    const cut = Math.floor(ids.length * 0.9);
    const data: Text = { characters, train: ids.slice(0, cut), test: ids.slice(cut) };
    const counts = new Map<string, number>();
    for (const character of whole) counts.set(character, (counts.get(character) ?? 0) + 1);
    const name = file ? file.name : 'Written for this page';
    const caption = `${name}: ${ids.length.toLocaleString('en')} characters, ${counts.size} different ones; the last tenth is kept apart.`;
    const samples = [whole.slice(0, 240).join('')];
    const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, 12);
    return { data, preview: { caption, counts: frequent.map(([c, n]) => [shown(c), n] as const), samples } };
  },

  build(setup, data, rng) {
    const layer = makeCausal(setup.cell, { inputSize: 32, hiddenSize: setup.size, rng });
    const model = new NextToken({ vocabularySize: data.characters.size, embeddingSize: 32, layer, rng });
    const task: Task<tf.Tensor2D> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) =>
        tf.tensor2d(
          Array.from({ length: setup.batchSize }, () => piece(data.train, random.below(data.train.length - context))),
          undefined,
          'int32',
        ),
      loss: (batch) => model.loss(batch),
      evaluate: async (limit) => {
        const count = Math.min(limit, 32, Math.floor((data.test.length - 1) / context));
        const rows = Array.from({ length: count }, (_, i) => piece(data.test, i * context));
        const found = tf.tidy(() => model.measure(tf.tensor2d(rows, undefined, 'int32')));
        const values = await found.data();
        found.dispose();
        return [...values];
      },
      predict: (input, touches) => predict(model, data.characters, input, { ...setup, touches }),
    };
    return task;
  },

  program: ({ cell, size, temperature: heat, seed }, { characters }) =>
    programOf(
      'Rebuilds the trained model and lets it write on.',
      `
await useBackend('cpu');
${vocabularyOf('characters')}
${causalSource(cell, 32, size)}

class NextToken extends Module {
  readonly embedding = new Embedding({ vocabularySize: characters.size, size: 32 });
  readonly layer = layer;
  readonly output = new Linear({ inputSize: ${size}, outputSize: characters.size });
}
const model = new NextToken();
${loading}

/** Reads all but the last character of the prompt, and writes on from that. */
function writer(prompt: readonly number[]) {
  const start = () => {
    let state: unknown = model.layer.initialState(1);
    for (const id of prompt.slice(0, -1))
      state = model.layer.step(model.embedding.forward(tf.tensor1d([id], 'int32')), state as never).state;
    return { state, last: tf.tensor1d([prompt.at(-1)!], 'int32') };
  };
  const step = (symbols: tf.Tensor1D, { state, last }: { state: unknown; last?: tf.Tensor1D }) => {
    const next = model.layer.step(model.embedding.forward(last ?? symbols), state as never);
    return { logits: model.output.forward(next.output), state: { state: next.state } };
  };
  return { vocabularySize: characters.size, rows: 1, start, step };
}

const prompt = process.argv[2] ?? 'The ';
const { padding, unknown } = characters;
const rules = [forbid([padding, unknown]), temperature(${heat})];
process.stdout.write(prompt);
const tokens = stream(writer(characters.encode(prompt)) as never, {
  start: padding,
  maxLength: 200,
  rules,
  choose: drawn(new Rng(${seed})),
});
for await (const [token] of tokens) process.stdout.write(characters.token(token!.id));
console.log();
`,
      { files: jsonFiles({ characters }) },
    ),
});

const texts = {
  sentences: (rng: Rng) => [
    ...generateSentences({ rng, count: 2500 })
      .map(({ comments }) => comments[1]!.replace('# text = ', ''))
      .join(' '),
  ],
  tale: () => [...weaverTale.replaceAll('\n', ' ')],
};

async function readText(file: File): Promise<string[]> {
  const text = [...(await file.text()).replaceAll('\r\n', '\n')];
  if (text.length >= fewest) return text;
  throw new DataError('characters', `${file.name} has ${text.length} characters, at least ${fewest} are needed`, {
    hint: 'a few pages of plain text are enough to begin with',
  });
}

function piece(ids: readonly number[], start: number): number[] {
  return ids.slice(start, start + context + 1);
}

/** Goes on from `input`: the same draws each time, so that what changes is the model. */
async function predict(
  model: NextToken,
  characters: Vocabulary,
  input: string,
  setup: { temperature: number; seed: number; touches?: readonly Touch[] | undefined },
): Promise<Prediction> {
  const prompt = characters.encode(input);
  const touches = (setup.touches ?? []).filter(({ view }) => view === 'states');
  const layer = touches.length > 0 ? touchedLayer(model.layer, touches) : model.layer;
  const { padding, unknown } = characters;
  const rules = [forbid([padding, unknown]), temperature(setup.temperature)];
  const options = { start: padding, maxLength: written, rules, choose: drawn(new Rng(setup.seed)) };
  const [ids, confidence]: [number[], number[]] = [[], []];
  for await (const [token] of stream(model.writer(prompt, layer), options)) {
    ids.push(token!.id);
    confidence.push(Math.exp(token!.logProbability));
  }
  const text = characters.decode(ids).join('');
  return {
    result: { kind: 'text', text: input + text, confidence: [...prompt.map(() => 1), ...confidence] },
    pictures: await look(model, characters, [...prompt, ...ids].slice(0, prompt.length + context), layer),
  };
}

/** The states over the text and, for its last characters, the likeliest next ones. */
async function look(
  model: NextToken,
  characters: Vocabulary,
  ids: readonly number[],
  layer: RecurrentLayer<unknown>,
): Promise<Prediction['pictures']> {
  const [states, probabilities] = tf.tidy(() => {
    const { states, logits } = model.forward(tf.tensor2d([[...ids]], undefined, 'int32'), layer);
    return [states, tf.softmax(logits)];
  });
  const [lanes, next] = (await Promise.all([states!.data(), probabilities!.data()])) as [Float32Array, Float32Array];
  const units = states!.shape[2]!;
  tf.dispose([states!, probabilities!]);
  const columns = ids.map((id) => shown(characters.token(id)));
  const V = characters.size;
  const best = (k: number) => Math.max(...ids.map((_, t) => next[t * V + k]!));
  const candidates = characters.tokens
    .map((_, k) => k)
    .sort((a, b) => best(b) - best(a))
    .slice(0, 16);
  const values = Float32Array.from(candidates.flatMap((k) => ids.map((_, t) => next[t * V + k]!)));
  const rows = candidates.map((k) => shown(characters.token(k)));
  return {
    states: { kind: 'lanes', columns, units, layers: [{ label: 'State', values: lanes }] },
    next: { kind: 'matrix', rows, columns, layers: [{ label: 'all', values }], scale: 'share' },
  };
}

function shown(character: string): string {
  return character === ' ' ? '␣' : character === '\n' ? '↵' : character;
}
