/** Any causal layer, asked at the end; and how far the gradient of its error reaches back. */
import { Module, Rng, sequence } from '@seqloom/core';
import { gradientFlow, Linear, maskedCrossEntropy } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { type CausalLayer, type CausalName, causalLabels, makeCausal } from './causal.js';
import type { Drawn, MemoryTask } from './memory-tasks.js';

/** Input [B,T,D] and target [B,N]: numbers, or symbols that the last N steps must name. */
export interface MemoryBatch {
  readonly input: tf.Tensor3D;
  readonly target: tf.Tensor2D;
}

/** Any causal layer, and what its last steps say. */
export class Rememberer extends Module {
  readonly layer: CausalLayer;
  readonly output: Linear;
  readonly #task: MemoryTask;

  constructor(layer: CausalLayer, task: MemoryTask, rng: Rng) {
    super();
    this.layer = layer;
    this.output = new Linear({ inputSize: layer.outputSize, outputSize: task.outputSize, rng });
    this.#task = task;
  }

  /** The layer's output [B,T,U] → what its last N steps say [B,N,O]. */
  say(output: tf.Tensor3D): tf.Tensor3D {
    const [B, T, U] = output.shape;
    const N = this.#task.answers;
    return this.output.forward(tf.slice(output, [0, T - N, 0], [B, N, U]));
  }

  lossOf(output: tf.Tensor3D, target: tf.Tensor2D): tf.Scalar {
    const said = this.say(output);
    if (this.#task.outputSize === 1) return tf.mean(tf.squaredDifference(tf.squeeze(said, [2]), target));
    return maskedCrossEntropy(said, target, tf.onesLike(target));
  }

  loss({ input, target }: MemoryBatch): tf.Scalar {
    return this.lossOf(this.layer.forward(sequence(input)).output.values, target);
  }

  /** What it answers to each example: a number, or symbols. */
  async answers(examples: readonly Drawn[]): Promise<number[][]> {
    const answers = tf.tidy(() => {
      const { input } = toBatch(examples);
      const said = this.say(this.layer.forward(sequence(input)).output.values);
      return this.#task.outputSize === 1 ? tf.squeeze(said, [2]) : tf.argMax(said, 2);
    });
    const rows = (await answers.array()) as number[][];
    answers.dispose();
    return rows;
  }
}

export function toBatch(examples: readonly Drawn[]): MemoryBatch {
  const whole = examples[0]!.target.every(Number.isInteger);
  return {
    input: tf.tensor3d(examples.map(({ input }) => input.map((step) => [...step]))),
    target: tf.tensor2d(
      examples.map(({ target }) => [...target]),
      undefined,
      whole ? 'int32' : 'float32',
    ),
  };
}

/** The gradient's norm at each step, from the error at the end. */
export async function flowOf(model: Rememberer, example: Drawn): Promise<number[]> {
  const { input, target } = toBatch([example]);
  const loss = ({ values }: { values: tf.Tensor3D }) => model.lossOf(values, target);
  const read = sequence(input);
  const { steps } = await gradientFlow({ layer: model.layer, input: read, loss });
  tf.dispose([read.values, read.mask, target]);
  return steps;
}

/** The gradient flows of recurrences that have not learnt, computed once. */
export class UntrainedFlows {
  readonly #make: (cell: CausalName) => Rememberer;
  #flows: Promise<(readonly [label: string, steps: number[]])[]> | undefined;

  constructor(task: MemoryTask, { size, seed }: { size: number; seed: number }) {
    this.#make = (cell) => {
      const rng = new Rng(seed);
      return new Rememberer(makeCausal(cell, { inputSize: task.inputSize, hiddenSize: size, rng }), task, rng);
    };
  }

  of(example: Drawn): Promise<(readonly [label: string, steps: number[]])[]> {
    this.#flows ??= this.#measure(example);
    return this.#flows;
  }

  async #measure(example: Drawn) {
    const flows: (readonly [string, number[]])[] = [];
    for (const cell of ['simple', 'gru', 'lstm', 'minGRU'] as const) {
      const model = this.#make(cell);
      flows.push([`${causalLabels[cell]}, untrained`, await flowOf(model, example)]);
      model.dispose();
    }
    return flows;
  }
}
