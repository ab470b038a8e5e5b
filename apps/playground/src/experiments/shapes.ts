/** Which way does it move? Films of small shapes: no frame tells by itself, only their order does. */
import { Module, type Rng, type Sequence, sequence } from '@seqloom/core';
import { generateMovingShapes, type ShapeFilm } from '@seqloom/data/synthetic';
import { Linear } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { choice, plain } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task, type Touch } from '../experiment.js';
import { Classifier, confusion, labelled, poolingControl, poolingView } from '../parts/classifier.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { answering, classifierSource } from '../parts/programs/classifier.js';
import { loading, programOf } from '../parts/programs/program.js';
import { bothWays, type CellName, cellControl, sizeControl } from '../parts/recurrent.js';

const [size, length, unseen] = [10, 8, 200];

const questions = {
  movement: { labels: ['left', 'right', 'up', 'down'], of: ({ movement }: ShapeFilm) => movement },
  shape: { labels: ['square', 'frame', 'cross', 'diamond'], of: ({ shape }: ShapeFilm) => shape },
} satisfies Record<string, { labels: string[]; of: (film: ShapeFilm) => string }>;

interface Films {
  readonly question: keyof typeof questions;
  readonly noise: number;
  readonly test: readonly ShapeFilm[];
}

interface FilmBatch {
  readonly frames: tf.Tensor3D;
  readonly labels: tf.Tensor1D;
}

export default defineExperiment({
  title: 'Moving shapes',
  group: 'Classifying',
  summary:
    'Watches films of eight frames and says which way a shape moves, or which shape it is. Movement cannot be seen in any single frame.',
  input: { kind: 'none', label: 'Pick an unseen film' },
  examples: [],
  measure: { label: 'Right labels, unseen films', every: 20, sample: 100 },
  outcome: { steps: 120, atLeast: 0.95 },
  views: [
    {
      name: 'confusion',
      title: 'Confusion',
      help: 'Unseen films: the right label is the row, what the model said the column.',
    },
    poolingView(
      { title: 'Which frames counted', help: 'The stronger the colour of a frame, the more it weighed in the answer.' },
      ['answer', 'frame'],
    ),
    {
      name: 'states',
      title: 'Hidden states',
      help: 'A line for each unit over the frames: what changes steadily follows the movement.',
    },
  ],
  controls: {
    question: choice({
      label: 'Question',
      help: 'The movement needs at least two frames and their order; the shape can be seen in one.',
      affects: 'data',
      options: [
        { value: 'movement', label: 'Movement' },
        { value: 'shape', label: 'Shape' },
      ],
      initial: 'movement',
    }),
    noise: choice({
      label: 'Noise',
      help: 'How much every brightness is disturbed, in every frame anew.',
      affects: 'data',
      options: plain(0, 0.1, 0.3),
      initial: 0.1,
    }),
    pooling: poolingControl,
    cell: cellControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: 'Films per step, each made anew.',
      affects: 'training',
      options: plain(8, 16, 32, 64),
      initial: 32,
    }),
    ...optimizerControlsAt(0.005),
  },

  async data({ question, noise }, rng) {
    const test = generateMovingShapes({ rng, count: unseen, size, length, noise });
    const { labels, of } = questions[question];
    const counts = labels.map((label) => [label, test.filter((film) => of(film) === label).length] as const);
    const caption = `Films of ${length} frames of ${size} × ${size}, made as they are needed; ${unseen} are kept apart to measure.`;
    const names = test.slice(0, 6).map(({ shape, movement }, i) => `Film ${i + 1}: a ${shape} moves ${movement}`);
    return {
      data: { question, noise, test } satisfies Films,
      preview: { caption, counts, samples: names },
      examples: names.map((_, input) => ({ label: `Film ${input + 1}`, input })),
    };
  },

  build(setup, data, rng) {
    const model = new FilmReader(setup, questions[data.question].labels.length, rng);
    const task: Task<FilmBatch, number> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) => {
        const films = generateMovingShapes({ rng: random, count: setup.batchSize, size, length, noise: data.noise });
        return { frames: framesOf(films), labels: tf.tensor1d(labelsOf(films, data), 'int32') };
      },
      loss: ({ frames, labels }) => model.classifier.loss(model.read(frames), labels),
      evaluate: async (limit) => {
        const films = data.test.slice(0, limit);
        const said = await model.answers(films);
        return said.filter((label, i) => label === labelsOf(films, data)[i]).length / films.length;
      },
      predict: (index, touches) => predict(model, data, data.test[index] ?? data.test[0]!, touches),
    };
    return task;
  },

  program: (setup, { question, test }) =>
    programOf(
      'Rebuilds the trained classifier and watches a film.',
      `
await useBackend('cpu');
const labels: readonly string[] = ${JSON.stringify(questions[question].labels)};
/** Frames of ${size} × ${size} brightnesses: of a film in which the right answer is ${questions[question].of(test[0]!)}. */
const film: number[][] = JSON.parse(await readFile(new URL('film.json', import.meta.url), 'utf8'));

${classifierSource(setup, 64, questions[question].labels.length)}

class FilmReader extends Module {
  readonly frame = new Linear({ inputSize: ${size * size}, outputSize: 64 });
  readonly classifier = new Classifier();
}
const model = new FilmReader();
${loading}

const { scores } = model.classifier.forward(tf.relu(model.frame.forward(tf.tensor3d([film]))));
${answering}
console.log('The film shows:', labels[best], (100 * shares[best]!).toFixed(1) + ' %');
`,
      { files: { 'film.json': JSON.stringify(test[0]!.frames.map((frame) => [...frame])) } },
    ),
});

/** Each frame becomes features of its own, and these are read in both directions of time. */
class FilmReader extends Module {
  readonly frame: Linear;
  readonly classifier: Classifier;

  constructor(
    setup: { cell: CellName; size: number; pooling: typeof poolingControl.initial },
    classes: number,
    rng: Rng,
  ) {
    super();
    const { cell, size: hiddenSize, pooling } = setup;
    this.frame = new Linear({ inputSize: size * size, outputSize: 64, rng });
    const encoder = bothWays(cell, { inputSize: 64, hiddenSize, rng });
    this.classifier = new Classifier({ encoder, pooling, classes, rng });
  }

  /** frames [B,T,size·size] → features [B,T,64]. */
  read(frames: tf.Tensor3D): Sequence {
    return sequence(tf.relu(this.frame.forward(frames)));
  }

  async answers(films: readonly ShapeFilm[]): Promise<number[]> {
    const said = tf.tidy(() => tf.argMax(this.classifier.forward(this.read(framesOf(films))).logits, 1));
    const labels = await said.data();
    said.dispose();
    return [...labels];
  }
}

function framesOf(films: readonly ShapeFilm[]): tf.Tensor3D {
  const values = new Float32Array(films.length * length * size * size);
  for (const [b, { frames }] of films.entries())
    for (const [t, frame] of frames.entries()) values.set(frame, (b * length + t) * size * size);
  return tf.tensor3d(values, [films.length, length, size * size]);
}

function labelsOf(films: readonly ShapeFilm[], { question }: Films): number[] {
  const { labels, of } = questions[question];
  return films.map((film) => labels.indexOf(of(film)));
}

async function predict(
  model: FilmReader,
  data: Films,
  film: ShapeFilm,
  touches?: readonly Touch[],
): Promise<Prediction> {
  const { labels, of } = questions[data.question];
  const found = tf.tidy(() => ({ ...model.classifier.forward(model.read(framesOf([film])), touches) }));
  const [logits, weights, states] = await Promise.all([found.logits.data(), found.weights.data(), found.states.data()]);
  const units = found.states.shape[2];
  tf.dispose(Object.values(found));
  const answer = labelled(logits, labels);
  const some = data.test.slice(0, 100);
  const columns = film.frames.map((_, t) => `${t + 1}`);
  return {
    result: [
      answer,
      {
        kind: 'frames',
        height: size,
        width: size,
        rows: [{ label: `A ${film.shape} that moves ${film.movement}`, frames: film.frames }],
      },
    ],
    pictures: {
      confusion: confusion(labelsOf(some, data), await model.answers(some), labels),
      pooling: model.classifier.picture(`${answer.label} (right: ${of(film)})`, columns, weights as Float32Array),
      states: { kind: 'lanes', columns, units, layers: [{ label: 'State', values: states as Float32Array }] },
    },
  };
}
