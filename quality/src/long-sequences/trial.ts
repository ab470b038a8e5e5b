/** One network, one task, one length: what its gradient is like at the start, then training until the task is solved or the budget is spent. */
import { AttentionPooling } from '@seqloom/attention';
import {
  adam,
  type Callback,
  chain,
  clipByGlobalNorm,
  dataset,
  fit,
  Module,
  type RecurrentLayer,
  Rng,
  type Sequence,
  sequence,
} from '@seqloom/core';
import { gradientFlow, Linear } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { type Network, networks } from './networks.js';
import { type LongTask, type Questions, tasks } from './tasks.js';

export interface Named {
  network: string;
  task: string;
  length: number;
}

export interface Trial extends Named {
  budget: Budget;
  /** What the task measures, on unseen rows; null where training diverged. */
  score: number | null;
  /** Training steps after which the task was solved on unseen rows, where training ends; null where that did not happen. */
  solvedAfter: number | null;
  /** Norms of the untrained network's gradient at what its layer reads, from the first step to the last, in at most `points` windows. */
  flow: number[];
  /** The largest norm of a gradient in training, before any clipping. */
  largestGradient: number;
  /** Milliseconds of a training step, the median. */
  stepMs: number;
}

export interface Budget {
  steps: number;
  batch: number;
  size: number;
  learningRate: number;
}

const checkEvery = 50;
const unseenRows = 200;
const points = 40;

export async function runTrial(name: Named, budget: Budget): Promise<Trial> {
  const [task, network] = [tasks[name.task]!, networks[name.network]!];
  const model = new LongNetwork(task, network, { size: budget.size, length: name.length, rng: new Rng(1) });
  const unseen = task.draw(new Rng(1_000), unseenRows, name.length);
  try {
    const flow = await flowAtStart(model, task.draw(new Rng(7), budget.batch, name.length));
    const draw = (rng: Rng) => task.draw(rng, budget.batch, name.length);
    const learnt = await learn({ model, draw, unseen, clip: !network.unclipped }, budget);
    return { ...name, budget, flow, ...learnt };
  } finally {
    tf.dispose([unseen.values, unseen.targets]);
    model.dispose();
  }
}

/** Linear and ReLU → the layer → its last steps, or all of them pooled → what the task asks for. */
class LongNetwork extends Module {
  readonly input: Linear;
  readonly layer: RecurrentLayer<unknown>;
  readonly pooling: AttentionPooling | undefined;
  readonly output: Linear;
  readonly #task: LongTask;

  constructor(task: LongTask, network: Network, sizes: { size: number; length: number; rng: Rng }) {
    super();
    const { size, rng } = sizes;
    this.#task = task;
    this.input = new Linear({ inputSize: task.inputSize, outputSize: size, rng });
    this.layer = network.make(sizes);
    this.pooling = network.pooled && task.pooled ? new AttentionPooling({ keySize: size, size, rng }) : undefined;
    this.output = new Linear({ inputSize: size, outputSize: task.outputSize, rng });
  }

  /** values [B,S,D] → what the layer reads [B,S,U]. */
  read(values: tf.Tensor3D): Sequence {
    return sequence(tf.relu(this.input.forward(values)));
  }

  /** What the layer gives [B,S,U] → outputs [B,answers,O]. */
  answer(steps: Sequence): tf.Tensor3D {
    if (this.pooling) return this.output.forward(tf.expandDims<tf.Tensor3D>(this.pooling.forward(steps).output, 1));
    const { answers } = this.#task;
    return this.output.forward(tf.slice(steps.values, [0, steps.values.shape[1] - answers, 0], [-1, answers, -1]));
  }

  loss({ values, targets }: Questions): tf.Scalar {
    return this.#task.loss(this.#outputs(values), targets);
  }

  score({ values, targets }: Questions): tf.Scalar {
    return this.#task.score(this.#outputs(values), targets);
  }

  solved(score: number): boolean {
    const { better, solved } = this.#task.measure;
    return better === 'more' ? score > solved : score < solved;
  }

  /** The norm at each step of what the layer reads. */
  async flow({ values, targets }: Questions): Promise<number[]> {
    const input = tf.tidy(() => ({ ...this.read(values) }));
    const loss = (steps: Sequence) => this.#task.loss(this.answer(steps), targets);
    const { steps } = await gradientFlow({ model: this, layer: this.layer, input, loss });
    tf.dispose([input.values, input.mask]);
    return steps;
  }

  #outputs(values: tf.Tensor3D): tf.Tensor3D {
    return this.answer(this.layer.forward(this.read(values)).output);
  }
}

async function flowAtStart(model: LongNetwork, questions: Questions): Promise<number[]> {
  const steps = await model.flow(questions);
  tf.dispose([questions.values, questions.targets]);
  const windows = Math.min(points, steps.length);
  return Array.from({ length: windows }, (_, i) => {
    const window = steps.slice((i * steps.length) / windows, Math.ceil(((i + 1) * steps.length) / windows));
    return Math.sqrt(mean(window.map((norm) => norm * norm)));
  });
}

interface Lesson {
  model: LongNetwork;
  draw(rng: Rng): Questions;
  unseen: Questions;
  clip: boolean;
}

type Learnt = Pick<Trial, 'score' | 'solvedAfter' | 'largestGradient' | 'stepMs'>;

async function learn({ model, draw, unseen, clip }: Lesson, { steps, learningRate }: Budget): Promise<Learnt> {
  const rng = new Rng(5);
  const data = dataset(function* () {
    for (let i = 0; i < steps; i++) yield draw(rng);
  });
  const rule = adam({ learningRate });
  const optimizer = clip ? chain(clipByGlobalNorm(1), rule) : rule;
  const learnt = { solvedAfter: null as number | null, largestGradient: 0, diverged: false };
  const seconds: number[] = [];
  const watch: Callback = async (event) => {
    if (event.type === 'diverged') learnt.diverged = true;
    if (event.type !== 'step') return undefined;
    seconds.push(event.seconds);
    learnt.largestGradient = Math.max(learnt.largestGradient, event.gradientNorm);
    if (event.step % checkEvery > 0 || !model.solved(await scoreOf(model, unseen))) return undefined;
    learnt.solvedAfter = event.step;
    return { stop: 'solved' };
  };
  const loss = (questions: Questions) => model.loss(questions);
  await fit({ model, data, loss, optimizer, epochs: 1 }, [watch]).catch((error: unknown) => {
    if (!learnt.diverged) throw error;
  });
  const { diverged, ...rest } = learnt;
  const score = diverged ? null : await scoreOf(model, unseen);
  return { ...rest, score, stepMs: 1000 * seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)]! };
}

async function scoreOf(model: LongNetwork, questions: Questions): Promise<number> {
  const score = tf.tidy(() => model.score(questions));
  const [value] = await score.data();
  score.dispose();
  return value!;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
