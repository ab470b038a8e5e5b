/** The work bench of the training worker: composes a model, trains it step by step, asks it, saves it, and tells what happens. */
import { dataset, isSeqError, loadWeights, saveWeights, type TrainEvent, train } from '@seqloom/core';
import { backendReports } from './backend-reports.js';
import { descriptions, experiments } from './catalog.js';
import { plainly } from './plainly.js';
import type { Checkpoint, Command, Failure, Phase, Report, Start } from './protocol.js';
import { Telemetry } from './telemetry.js';
import { compose, objectionsTo, release, restore, sameModel, take, type Workpiece } from './workpiece.js';

/** Milliseconds of training between two checkpoints. */
const checkpointPause = 3000;
/** Milliseconds between two answers to the watched input while training; slow answers wait longer, so that training keeps its pace. */
const predictionPause = 400;

type Compose = Extract<Command, { type: 'compose' }>;
type Load = Extract<Command, { type: 'load' }>;

export class Bench {
  readonly #tell: (report: Report) => void;
  readonly #telemetry: Telemetry;
  #piece: Workpiece | undefined;
  #events: AsyncGenerator<TrainEvent> | undefined;
  #phase: Phase = 'ready';
  #step = 0;
  #input = '';
  #nextPrediction = 0;
  #nextCheckpoint = 0;

  constructor(tell: (report: Report) => void) {
    this.#tell = tell;
    this.#telemetry = new Telemetry((progress) => tell({ type: 'progress', progress }));
  }

  get training(): boolean {
    return this.#phase === 'training';
  }

  async open(): Promise<void> {
    await this.#trying('start', async () => {
      this.#tell({ type: 'catalog', experiments: descriptions(), backends: await backendReports() });
    });
  }

  obey(command: Command): Promise<void> {
    if (command.type === 'compose') return this.#trying('compose', () => this.#compose(command));
    if (command.type === 'watch') return this.#trying('predict', () => this.#watch(command.input));
    if (command.type === 'save') return this.#trying('save', () => this.#save());
    if (command.type === 'load') return this.#trying('load', () => this.#load(command));
    return this.#trying('train', () => this.#run(command.type));
  }

  /** One training step, and what is due after it. */
  async step(): Promise<void> {
    await this.#trying('train', async () => {
      await this.#advance();
      const now = performance.now();
      if (now >= this.#nextPrediction) await this.#predict();
      if (now >= this.#nextCheckpoint) await this.#checkpoint();
      this.#telemetry.report(this.#phase, this.#step, 'due');
    });
  }

  async #compose({ composition, start }: Compose): Promise<void> {
    const objections = objectionsTo(composition);
    if (Object.keys(objections).length > 0) return this.#tell({ type: 'refused', composition, objections });
    const before = this.#piece;
    const carry = start === 'carry' && before && sameModel(composition, before.composition);
    if (!carry) await this.#checkpoint(); // so that the page can bring back what is replaced
    const from: Checkpoint | undefined = carry ? await take(before, this.#step) : checkpointOf(start);
    const next = await compose(composition, before);
    if (from) await restore(next, from).catch((error) => giveUp(next, error));
    await this.#replace(next, from?.step ?? 0, carry ? this.#phase : 'ready');
  }

  async #replace(next: Workpiece, step: number, phase: Phase): Promise<void> {
    await this.#endRun();
    if (this.#piece) release(this.#piece);
    this.#piece = next;
    this.#step = step;
    this.#phase = phase === 'ready' && step > 0 ? 'paused' : phase;
    this.#telemetry.rest();
    const { composition, backend, prepared, task } = next;
    const parameters = [...task.model.namedVariables()].reduce((sum, [, variable]) => sum + variable.size, 0);
    this.#tell({ type: 'composed', composition, backend, parameters, preview: prepared.preview, step });
    if (step > 0) await this.#checkpoint();
    await this.#predict();
    this.#telemetry.report(this.#phase, step);
  }

  async #run(what: 'train' | 'pause' | 'step' | 'stop'): Promise<void> {
    if (!this.#piece) return;
    this.#telemetry.rest();
    if (what === 'train') this.#phase = 'training';
    if (what === 'pause' || what === 'step') this.#phase = 'paused';
    if (what === 'step') await this.#advance();
    if (what === 'stop') await this.#stop(this.#piece);
    if (what === 'pause' || what === 'stop') await this.#checkpoint();
    if (what !== 'train') await this.#predict();
    this.#telemetry.report(this.#phase, this.#step);
  }

  async #stop({ task }: Workpiece): Promise<void> {
    this.#phase = 'stopped';
    await this.#endRun();
    this.#telemetry.measure(this.#step, await task.evaluate(Number.POSITIVE_INFINITY));
  }

  async #advance(): Promise<void> {
    const { task, composition } = this.#piece!;
    this.#events ??= stepsOf(this.#piece!);
    const { value: event } = await this.#events.next();
    if (event?.type !== 'step') {
      await this.#events.next(); // 'diverged' is followed by an error that says so
      return;
    }
    this.#telemetry.loss(++this.#step, event.loss);
    const { every, sample } = experiments.get(composition.experiment)!.measure;
    if (this.#step % every === 0) this.#telemetry.measure(this.#step, await task.evaluate(sample));
  }

  async #endRun(): Promise<void> {
    const events = this.#events;
    this.#events = undefined;
    await events?.return(undefined);
  }

  async #watch(input: string): Promise<void> {
    this.#input = input;
    await this.#predict();
  }

  async #predict(): Promise<void> {
    if (!this.#piece || this.#input.trim() === '') return;
    const before = performance.now();
    const [input, step] = [this.#input, this.#step];
    this.#tell({ type: 'prediction', input, step, prediction: await this.#piece.task.predict(input) });
    const after = performance.now();
    this.#nextPrediction = after + Math.max(predictionPause, 5 * (after - before));
  }

  async #checkpoint(): Promise<void> {
    if (this.#step > 0) this.#tell({ type: 'checkpoint', checkpoint: await take(this.#piece!, this.#step) });
    this.#nextCheckpoint = performance.now() + checkpointPause;
  }

  async #save(): Promise<void> {
    const { task, composition } = this.#piece!;
    const config = { experiment: composition.experiment, setup: composition.setup };
    this.#tell({ type: 'saved', step: this.#step, weights: await saveWeights(task.model, config) });
  }

  async #load({ name, weights }: Load): Promise<void> {
    await loadWeights(this.#piece!.task.model, weights);
    this.#tell({ type: 'loaded', name });
    await this.#predict();
  }

  /** What fails is told in plain words and, while training, pauses it; the model stays what it was. */
  async #trying(during: Failure['during'], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isSeqError(error)) console.warn(error);
      if (during === 'train') {
        await this.#endRun().catch(() => {});
        this.#phase = 'paused';
        this.#telemetry.report(this.#phase, this.#step);
      }
      this.#tell({ type: 'failed', failure: { during, ...plainly(error) } });
    }
  }
}

/** Training without end: one epoch of batches drawn one after another. */
function stepsOf({ task, rng }: Workpiece): AsyncGenerator<TrainEvent> {
  const data = dataset(function* () {
    for (;;) yield task.draw(rng);
  });
  return train({ model: task.model, optimizer: task.optimizer, loss: (batch) => task.loss(batch), data, epochs: 1 });
}

function checkpointOf(start: Start): Checkpoint | undefined {
  return typeof start === 'object' ? start : undefined;
}

function giveUp(piece: Workpiece, error: unknown): never {
  release(piece);
  throw error;
}
