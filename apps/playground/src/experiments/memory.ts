/** How long a network remembers: two classic tasks whose answer depends on what was long ago, and where the gradient gets lost. */

import { sequence } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { choice, plain } from '../controls/control.js';
import { defineExperiment, type FlowPicture, type Prediction, type Task } from '../experiment.js';
import { type CausalName, causalControl, causalLabels, makeCausal } from '../parts/causal.js';
import { type Drawn, type MemoryTask, memoryTasks } from '../parts/memory-tasks.js';
import { makeOptimizer, optimizerControlsAt } from '../parts/optimizer.js';
import { causalSource } from '../parts/programs/layers.js';
import { loading, programOf } from '../parts/programs/program.js';
import { sizeControl } from '../parts/recurrent.js';
import { flowOf, type MemoryBatch, Rememberer, toBatch, UntrainedFlows } from '../parts/rememberer.js';

const unseen = 200;

interface Examples {
  readonly task: MemoryTask;
  readonly length: number;
  readonly test: readonly Drawn[];
}

export default defineExperiment({
  title: 'Long memory',
  group: 'Memory and time',
  summary:
    'Add two marked numbers out of many, or repeat letters after a long wait. See which cells carry the error back to where it arose, and which lose it.',
  input: { kind: 'none', label: 'Pick an unseen sequence' },
  examples: [],
  measure: { label: 'Right answers, unseen sequences', every: 25, sample: 100 },
  outcome: { steps: 500, atLeast: 0.8 },
  views: [
    {
      name: 'flow',
      title: 'Gradient flow',
      help: "How strongly the error at the end reaches each step's input: a line that falls to the left is a vanishing gradient. Beside it cells that have learnt nothing yet.",
    },
    {
      name: 'states',
      title: 'Hidden states',
      help: 'A line for each unit, over time: what is kept must stay different until the end.',
    },
  ],
  controls: {
    task: choice({
      label: 'Task',
      help: 'Adding: the sum of the two marked numbers, right when less than 0.1 away. Copying: three letters, to be repeated after the wait.',
      affects: 'data',
      options: [
        { value: 'adding', label: 'Adding' },
        { value: 'copying', label: 'Copying' },
      ],
      initial: 'adding',
    }),
    length: choice({
      label: 'Length',
      help: 'How many steps a sequence has. The longer, the harder to carry the memory, and the slower each step.',
      affects: 'data',
      options: plain(10, 20, 40, 80, 160),
      initial: 20,
    }),
    cell: causalControl,
    size: sizeControl,
    batchSize: choice({
      label: 'Batch size',
      help: 'Sequences per step, each made anew.',
      affects: 'training',
      options: plain(16, 32, 64, 128),
      initial: 64,
    }),
    ...optimizerControlsAt(0.005),
  },

  async data({ task: name, length }, rng) {
    const task = memoryTasks[name];
    const test = Array.from({ length: unseen }, () => task.draw(rng, length));
    const caption = `Sequences of ${length} steps, made as they are needed; ${unseen} are kept apart to measure.`;
    const data: Examples = { task, length, test };
    const labels = test.slice(0, 6).map(task.describe);
    return {
      data,
      preview: { caption, counts: [], samples: labels },
      examples: labels.map((label, input) => ({ label, input })),
    };
  },

  build(setup, { task, length, test }, rng) {
    const { cell, size } = setup;
    const model = new Rememberer(makeCausal(cell, { inputSize: task.inputSize, hiddenSize: size, rng }), task, rng);
    const others = new UntrainedFlows(task, setup);
    const work: Task<MemoryBatch, number> = {
      model,
      optimizer: makeOptimizer(setup),
      draw: (random) => toBatch(Array.from({ length: setup.batchSize }, () => task.draw(random, length))),
      loss: (batch) => model.loss(batch),
      evaluate: async (limit) => {
        const examples = test.slice(0, limit);
        const answers = await model.answers(examples);
        return answers.reduce((sum, answer, i) => sum + task.share(answer, examples[i]!), 0) / examples.length;
      },
      predict: async (index) => predict(model, others, test[index] ?? test[0]!, cell),
    };
    return work;
  },

  program: ({ cell, size }, { task, test }) =>
    programOf(
      'Rebuilds the trained model and lets it remember.',
      `
await useBackend('cpu');
/** ${task.describe(test[0]!)} */
const input: number[][] = ${JSON.stringify(test[0]!.input)};
${causalSource(cell, task.inputSize, size)}

class Rememberer extends Module {
  readonly layer = layer;
  readonly output = new Linear({ inputSize: ${size}, outputSize: ${task.outputSize} });
}
const model = new Rememberer();
${loading}

const { values } = model.layer.forward(sequence(tf.tensor3d([input]))).output;
const last = tf.slice(values, [0, input.length - ${task.answers}, 0], [1, ${task.answers}, -1]);
const said = model.output.forward(last);
console.log('said:', await ${task.outputSize === 1 ? 'said' : 'tf.argMax(said, 2)'}.data(), 'right:', ${JSON.stringify(test[0]!.target)});
`,
    ),
});

async function predict(
  model: Rememberer,
  others: UntrainedFlows,
  example: Drawn,
  cell: CausalName,
): Promise<Prediction> {
  const [answer] = await model.answers([example]);
  const lines = [[`${causalLabels[cell]}, now`, await flowOf(model, example)] as const, ...(await others.of(example))];
  const states = tf.tidy(() => model.layer.forward(sequence(toBatch([example]).input)).output.values);
  const values = (await states.data()) as Float32Array;
  const units = states.shape[2];
  states.dispose();
  const { columns } = example;
  const flow: FlowPicture = {
    kind: 'flow',
    parameters: lines.map(([label]) => label),
    columns,
    values: Float32Array.from(lines.flatMap(([, steps]) => steps)),
  };
  return {
    result: { kind: 'text', text: example.sentence(answer!), confidence: [] },
    pictures: { flow, states: { kind: 'lanes', columns, units, layers: [{ label: 'State', values }] } },
  };
}
