/** Digit-like sounds: which digit, or, with CTC, which digits in which order, without being told when. */
import { Rng } from '@seqloom/core';
import { characterErrorRate } from '@seqloom/data';
import { padValues } from '@seqloom/data/to-tensors';
import { ctcGreedyDecode, ctcLoss } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice, plain } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task } from '../experiment.js';
import { digits, sampleRate } from '../parts/digit-sounds.js';
import {
  bands,
  hear,
  hearing,
  Listener,
  listen,
  record,
  type SpeechBatch,
  toBatch,
  type Utterance,
} from '../parts/listener.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { bothWaysSource } from '../parts/programs/layers.js';
import { loading, programOf } from '../parts/programs/program.js';
import { cellControl, sizeControl } from '../parts/recurrent.js';

const [made, unseen, seconds] = [400, 40, 4];

interface Recordings {
  /** Recording 0 … made − 1, made when it is first wanted. */
  train(index: number): Utterance;
  readonly test: readonly Utterance[];
}

export default defineExperiment({
  title: 'Spoken digits',
  group: 'Classifying',
  summary:
    'Listens to digit-like sounds of invented speakers and writes the digits; CTC finds out by itself when each of them is said.',
  input: { kind: 'audio', label: 'Record digits, or choose a WAV file', sampleRate, seconds },
  examples: [],
  measure: {
    label: 'Exact match, unseen recordings',
    every: 10,
    sample: 40,
    beside: [{ label: 'Digit error rate' }],
  },
  outcome: { steps: 200, atLeast: 0.8 },
  views: [
    {
      name: 'classes',
      title: 'What is heard when',
      help: 'Each column is a moment: the stronger the colour, the more probable that digit is there. Between digits, CTC says nothing (–).',
      axes: ['class', 'moment'],
    },
    {
      name: 'spectrogram',
      title: 'Spectrogram',
      help: 'What the model gets: how strong each band of the sound is at each moment, low ones first, each about its own mean.',
      axes: ['band', 'moment'],
    },
    {
      name: 'states',
      title: 'Hidden states',
      help: 'A line for each unit while the sound is heard, in both directions.',
    },
  ],
  controls: {
    most: choice({
      label: 'Digits',
      help: 'How many digits a recording has at most. More make longer sounds, and slower steps.',
      affects: 'data',
      options: plain(1, 2, 3),
      initial: 1,
    }),
    noise: choice({
      label: 'Noise',
      help: 'How much hiss lies over the recordings.',
      affects: 'data',
      options: [
        { value: 0.002, label: 'Low' },
        { value: 0.02, label: 'Middle' },
        { value: 0.08, label: 'High' },
      ],
      initial: 0.002,
    }),
    cell: cellControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: 'Recordings per step.',
      affects: 'training',
      options: plain(8, 16, 32),
      initial: 16,
    }),
    ...optimizerControlsAt(0.01),
  },

  async data({ most, noise }, rng) {
    const seeds = Array.from({ length: made + unseen }, () => rng.int32());
    const sounds = seeds.slice(0, unseen).map((seed) => record(new Rng(seed), most, noise));
    const caption = `${made} recordings to learn from and ${unseen} kept apart, made by filtering buzz and noise: no voices, so your own may not be understood.`;
    const names = sounds.slice(0, 6).map(({ spoken }) => spoken.map((digit) => digits[digit]).join(' '));
    const heard = new Map<number, Utterance>();
    const train = (index: number): Utterance => {
      const known = heard.get(index) ?? listen(record(new Rng(seeds[unseen + index]!), most, noise));
      heard.set(index, known);
      return known;
    };
    return {
      data: { train, test: sounds.map(listen) } satisfies Recordings,
      preview: { caption, counts: [], samples: names },
      examples: names.map((label, i) => ({ label, input: sounds[i]!.samples })),
    };
  },

  build(setup, data, rng) {
    const model = new Listener(setup, rng);
    const task: Task<SpeechBatch, Float32Array> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) => toBatch(Array.from({ length: setup.batchSize }, () => data.train(random.below(made)))),
      loss: (batch) => ctcLoss(model.forward(batch).logits, batch),
      evaluate: async (limit) => {
        const some = data.test.slice(0, limit);
        const heard = await model.write(some);
        const right = some.map(({ spoken }) => spoken.join(''));
        const exact = heard.filter((text, i) => text === right[i]).length / some.length;
        return [exact, Math.min(1, characterErrorRate(heard, right))];
      },
      predict: (samples) => predict(model, samples),
    };
    return task;
  },

  program: ({ cell, size }) =>
    programOf(
      'Rebuilds the trained listener and writes the digits of a WAV file.',
      `
await useBackend('cpu');
const digits = ${JSON.stringify(digits)};

class Listener extends Module {
  readonly encoder = ${bothWaysSource(cell, bands, size)};
  readonly output = new Linear({ inputSize: ${size}, outputSize: ${digits.length + 1} });
}
const model = new Listener();
${loading}

/** A WAV file, or a hum of one second. */
async function listen(path: string | undefined): Promise<Float32Array> {
  if (!path) return Float32Array.from({ length: ${sampleRate} }, (_, i) => Math.sin(i / 5));
  const sound = await readWav(new Uint8Array(await readFile(path)));
  return resample(mono(sound), { from: sound.sampleRate, to: ${sampleRate} }) as Float32Array;
}

const samples = await listen(process.argv[2]);
const rows = normalizeUtterance(logMel(samples, ${JSON.stringify(hearing)}));
const sound = padValues([rows]);
const { output } = model.encoder.forward(sound);
const [found] = await ctcGreedyDecode({ values: model.output.forward(output.values), mask: sound.mask });
console.log('Heard:', found!.labels.map((label) => digits[label - 1]).join(' ') || 'nothing');
`,
    ),
});

async function predict(model: Listener, samples: Float32Array): Promise<Prediction> {
  const rows = hear(samples);
  const sound = padValues([rows]);
  const found = tf.tidy(() => {
    const { logits, states } = model.forward({ sound: sound.values, soundMask: sound.mask });
    return { logits: logits.values, shares: tf.softmax(logits.values), states };
  });
  const [transcript] = await ctcGreedyDecode({ values: found.logits, mask: sound.mask });
  const [shares, states] = (await Promise.all([found.shares.data(), found.states.data()])) as Float32Array[];
  const units = found.states.shape[2];
  tf.dispose([sound.values, sound.mask, ...Object.values(found)]);
  const columns = rows.map((_, t) => `${((t * 160) / sampleRate).toFixed(2)} s`);
  const turned = (classes: number, value: (t: number, k: number) => number) =>
    Float32Array.from({ length: classes * rows.length }, (_, i) => value(i % rows.length, Math.floor(i / rows.length)));
  const names = transcript!.labels.map((label) => digits[label - 1]!);
  const matrix = (names: readonly string[], values: Float32Array) => ({
    kind: 'matrix' as const,
    rows: names,
    columns,
    layers: [{ label: 'all', values }],
  });
  return {
    result: {
      kind: 'text',
      text: names.join(' '),
      confidence: transcript!.spans.map(() => Math.exp(transcript!.score)),
      tokens: names,
    },
    pictures: {
      classes: {
        ...matrix(
          ['–', ...digits],
          turned(digits.length + 1, (t, k) => shares![t * (digits.length + 1) + k]!),
        ),
        scale: 'share',
      },
      spectrogram: {
        ...matrix(
          rows[0]!.map((_, band) => `${band + 1}`).toReversed(),
          turned(bands, (t, k) => rows[t]![bands - 1 - k]! / 3),
        ),
        scale: 'signed',
      },
      states: { kind: 'lanes', columns, units, layers: [{ label: 'State', values: states! }] },
    },
  };
}
