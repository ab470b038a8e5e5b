/** What a series will be, and how sure that is: quantiles of the next steps, from a causal layer. */

import * as tf from '@tensorflow/tfjs-core';
import { choice, plain } from '../controls/control.js';
import { defineExperiment, type Prediction, type Task } from '../experiment.js';
import { causalControl, makeCausal } from '../parts/causal.js';
import { context, Forecast, horizon, middle, quantiles, window } from '../parts/forecast-model.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { causalSource } from '../parts/programs/layers.js';
import { loading, programOf } from '../parts/programs/program.js';
import { sizeControl } from '../parts/recurrent.js';
import { makeSeries, readSeries } from '../parts/series-data.js';

interface Windows {
  /** Numbers, with mean 0 and deviation 1. */
  readonly train: readonly (readonly number[])[];
  /** Windows of context and what came after, likewise. */
  readonly test: readonly (readonly number[])[];
  readonly mean: number;
  readonly deviation: number;
}

export default defineExperiment({
  title: 'Forecast',
  group: 'Memory and time',
  summary:
    'Reads a series and says what comes next, with quantiles: half of the truth should lie in the inner band, eight of ten in the outer one.',
  input: { kind: 'series', label: 'Draw a series', length: context, minimum: 0, maximum: 100 },
  examples: [],
  measure: {
    label: 'Error saved against repeating the last value',
    every: 20,
    sample: 60,
    beside: [{ label: 'Truth inside the 80 % band' }],
  },
  outcome: { steps: 200, atLeast: 0.55 },
  file: {
    label: 'Drop a CSV file, or choose one',
    help: `Its last column of numbers, a step a line, at least ${4 * window} of them; the last fifth is kept apart. It stays on this computer.`,
    extensions: ['.csv', '.tsv', '.txt'],
  },
  views: [
    {
      name: 'states',
      title: 'Hidden states',
      help: 'A line for each unit while the series is read: some follow the season, some its level.',
    },
    {
      name: 'calibration',
      title: 'Calibration',
      help: 'How much of the unseen truth lies below each quantile; the dashed line is where it should.',
    },
  ],
  controls: {
    season: choice({
      label: 'Season',
      help: 'The made series repeat after so many steps, each with its own level, trend, shape and noise.',
      affects: 'data',
      options: plain(6, 12, 24),
      initial: 12,
    }),
    noise: choice({
      label: 'Noise',
      help: 'How far the made series stray; the bands should become as wide.',
      affects: 'data',
      options: [
        { value: 2, label: 'Low' },
        { value: 5, label: 'Middle' },
        { value: 10, label: 'High' },
      ],
      initial: 5,
    }),
    cell: causalControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: `Windows of ${window} steps per step.`,
      affects: 'training',
      options: plain(8, 16, 32, 64),
      initial: 32,
    }),
    ...optimizerControlsAt(0.005),
  },

  async data({ season, noise }, rng, file) {
    const [train, test] = file
      ? await readSeries(file)
      : [makeSeries(rng, { season, noise }, 80, 3 * window), makeSeries(rng, { season, noise }, 60, window)];
    const all = train.flat();
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length) || 1;
    const scaled = (rows: readonly (readonly number[])[]) => rows.map((row) => row.map((x) => (x - mean) / deviation));
    const caption = `${file ? file.name : 'Made for this page'}: ${all.length.toLocaleString('en')} numbers to learn from, ${test.length} unseen windows of ${context} steps and ${horizon} more.`;
    const samples = test.slice(0, 4).map((row) =>
      row
        .slice(0, 16)
        .map((x) => x.toFixed(1))
        .join(' '),
    );
    return {
      data: { train: scaled(train), test: scaled(test), mean, deviation } satisfies Windows,
      preview: { caption, counts: [], samples },
      examples: test.slice(0, 6).map((row, i) => ({ label: `Unseen ${i + 1}`, input: row.slice(0, context) })),
    };
  },

  build(setup, data, rng) {
    const model = new Forecast(makeCausal(setup.cell, { inputSize: 1, hiddenSize: setup.size, rng }), rng);
    const task: Task<tf.Tensor2D, readonly number[]> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) =>
        tf.tensor2d(
          Array.from({ length: setup.batchSize }, () => {
            const row = random.choice(data.train);
            const start = random.below(row.length - window + 1);
            return row.slice(start, start + window);
          }),
        ),
      loss: (batch) => model.loss(batch),
      evaluate: async (limit) => {
        const rows = data.test.slice(0, limit);
        const said = await model.answers(rows.map((row) => row.slice(0, context)));
        return [errorSaved(rows, said), share(rows, said, (x, q) => x >= q[0]! && x <= q.at(-1)!)];
      },
      predict: (input) => predict(model, data, input),
    };
    return task;
  },

  program: ({ cell, size }, { mean, deviation, test }) =>
    programOf(
      'Rebuilds the trained model and says how a series goes on.',
      `
await useBackend('cpu');
const [mean, deviation] = [${mean}, ${deviation}];
const quantiles = ${JSON.stringify(quantiles)};
${causalSource(cell, 1, size)}

class Forecast extends Module {
  readonly layer = layer;
  readonly output = new Linear({ inputSize: ${size}, outputSize: ${horizon * quantiles.length} });
}
const model = new Forecast();
${loading}

const given: number[] = ${JSON.stringify(test[0]!.slice(0, context).map((x) => Math.round((x * deviation + mean) * 10) / 10))};
const values = given.map((x) => [(x - mean) / deviation]);
const states = model.layer.forward(sequence(tf.tensor3d([values]))).output.values;
const last = tf.squeeze(tf.slice(states, [0, given.length - 1, 0], [1, 1, -1]), [1]) as tf.Tensor2D;
const said = (await tf.reshape(model.output.forward(last), [${horizon}, ${quantiles.length}]).array()) as number[][];
console.log('quantiles', quantiles.join(' '));
for (const [h, gaps] of said.entries()) {
  const ahead = gaps.map((gap) => (gap + values.at(-1)![0]!) * deviation + mean).sort((a, b) => a - b);
  console.log('+' + (h + 1), ahead.map((x) => x.toFixed(1)).join(' '));
}
`,
    ),
});

/** 1 − the error of the median / the error of saying the last value again. */
function errorSaved(rows: readonly (readonly number[])[], said: number[][][]): number {
  let [ours, theirs] = [0, 0];
  for (const [i, row] of rows.entries())
    for (let h = 0; h < horizon; h++) {
      const truth = row[context + h]!;
      ours += Math.abs(truth - said[i]![h]![middle]!);
      theirs += Math.abs(truth - row[context - 1]!);
    }
  return Math.max(0, 1 - ours / theirs);
}

function share(
  rows: readonly (readonly number[])[],
  said: number[][][],
  holds: (truth: number, step: readonly number[]) => boolean,
): number {
  const all = rows.flatMap((row, i) => said[i]!.map((step, h) => holds(row[context + h]!, step)));
  return all.filter(Boolean).length / all.length;
}

async function predict(model: Forecast, data: Windows, input: readonly number[]): Promise<Prediction> {
  const { mean, deviation, test } = data;
  const given = input.map((x) => (x - mean) / deviation);
  const [said] = await model.answers([given]);
  const { states } = tf.tidy(() => ({ states: model.forward(tf.tensor2d([given])).states }));
  const lanes = (await states.data()) as Float32Array;
  const units = states.shape[2];
  states.dispose();
  const known = test.find((row) =>
    row.slice(0, context).every((x, i) => Math.abs(x - (given[i] ?? Number.NaN)) < 1e-9),
  );
  const back = (x: number) => x * deviation + mean;
  const actual = known?.slice(context).map(back);
  const rows = test.slice(0, 60);
  const all = await model.answers(rows.map((row) => row.slice(0, context)));
  return {
    result: {
      kind: 'series',
      given: input,
      forecast: quantiles.map((quantile, q) => ({ quantile, values: said!.map((step) => back(step[q]!)) })),
      ...(actual && { actual }),
    },
    pictures: {
      states: {
        kind: 'lanes',
        columns: input.map((x) => x.toFixed(1)),
        units,
        layers: [{ label: 'State', values: lanes }],
      },
      calibration: {
        kind: 'plot',
        axes: ['quantile', 'truth below it'],
        x: quantiles,
        lines: [
          { label: 'this model', values: quantiles.map((_, q) => share(rows, all, (x, step) => x <= step[q]!)) },
          { label: 'as it should be', values: quantiles, dashed: true },
        ],
      },
    },
  };
}
