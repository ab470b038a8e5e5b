/** The work bench of the training worker: composes a model, trains it step by step, asks it, saves it, and tells what happens. */
import { isSeqError } from '@seqloom/core';
import type { Input } from '../experiment.js';
import { backendReports } from './backend-reports.js';
import { descriptions, experiments } from './catalog.js';
import { withWeights } from './learner.js';
import { compositionOf, madeWith } from './made.js';
import { Past } from './past.js';
import { plainly } from './plainly.js';
import { type Pretrained, readPretrained } from './pretrained.js';
import { programFiles } from './program.js';
import type { Checkpoint, Command, Failure, Phase, Question, Report, Start } from './protocol.js';
import { type Stand, Telemetry } from './telemetry.js';
import { compose, objectionsTo, restore, sameModel, take, type Workpiece } from './workpiece.js';

/** Milliseconds of training between two checkpoints. */
const checkpointPause = 3000;
/** Milliseconds between two answers to the watched input while training; slow answers wait longer, so that training keeps its pace. */
const predictionPause = 400;

type Compose = Extract<Command, { type: 'compose' }>;
type Load = Extract<Command, { type: 'load' }>;
type Offer = Extract<Command, { type: 'pretrained' }>;

export class Bench {
  readonly #tell: (report: Report) => void;
  readonly #telemetry: Telemetry;
  readonly #past = new Past();
  #piece: Workpiece | undefined;
  #pretrained: Pretrained | undefined;
  #phase: Phase = 'ready';
  #step = 0;
  /** The file of the weights that the model began with. */
  #loaded: string | undefined;
  /** Of the last step. */
  #loss = Number.NaN;
  /** The loss where the task said last that there is nothing left to learn. */
  #ended: number | undefined;
  #question: Question | undefined;
  #nextPrediction = 0;
  #nextCheckpoint = 0;

  constructor(tell: (report: Report) => void) {
    this.#tell = tell;
    this.#telemetry = new Telemetry((progress) => tell({ type: 'progress', progress }));
  }

  get training(): boolean {
    return this.#phase === 'training';
  }

  get #stand(): Stand {
    return { phase: this.#phase, step: this.#step, past: this.#past.steps };
  }

  /** The model that answers in place of one that has learnt nothing yet. */
  get #standIn(): Pretrained | undefined {
    return this.#phase === 'ready' && this.#question?.when === undefined ? this.#pretrained : undefined;
  }

  async open(): Promise<void> {
    await this.#trying('start', async () => {
      this.#tell({ type: 'catalog', experiments: descriptions(), backends: await backendReports() });
    });
  }

  obey(command: Command): Promise<void> {
    if (command.type === 'compose') return this.#trying('compose', () => this.#compose(command));
    if (command.type === 'watch') return this.#trying('predict', () => this.#watch(command.question));
    if (command.type === 'save') return this.#trying('save', () => this.#save());
    if (command.type === 'keep') return this.#trying('save', () => this.#keep());
    if (command.type === 'export') return this.#trying('export', () => this.#export());
    if (command.type === 'load') return this.#trying('load', () => this.#load(command));
    if (command.type === 'pretrained') return this.#consider(command);
    return this.#trying('train', () => this.#run(command.type));
  }

  /** One training step, and what is due after it. */
  async step(): Promise<void> {
    await this.#trying('train', async () => {
      await this.#advance();
      const now = performance.now();
      if (this.#past.wants(this.#step)) await this.#remember();
      if (now >= this.#nextPrediction && this.#question?.when === undefined) await this.#predict();
      if (now >= this.#nextCheckpoint) await this.#checkpoint();
      this.#telemetry.report(this.#stand, 'due');
    });
  }

  async #compose({ composition, start }: Compose): Promise<void> {
    const objections = objectionsTo(composition);
    if (Object.keys(objections).length > 0) return this.#tell({ type: 'refused', composition, objections });
    const before = this.#piece;
    const carry = start === 'carry' && before && sameModel(composition, before.composition);
    if (!carry) await this.#checkpoint(); // so that the page can bring back what is replaced
    const from = carry ? await this.#take() : checkpointOf(start);
    const next = await compose(composition, before);
    if (from) await restore(next, from).catch((error) => giveUp(next, error));
    await this.#replace(next, from ?? { step: 0 }, carry ? this.#phase : undefined);
  }

  /** `phase` is that of a model that was carried over; without it, `next` is another one, of which nothing is known yet. */
  async #replace(next: Workpiece, { step, loaded }: Pick<Checkpoint, 'step' | 'loaded'>, phase?: Phase): Promise<void> {
    this.#telemetry.report(this.#stand); // what is left to tell of the one before
    await this.#piece?.learner.rest();
    this.#piece?.learner.dispose();
    this.#piece = next;
    this.#pretrained = undefined;
    this.#step = step;
    this.#loaded = loaded;
    this.#ended = undefined;
    this.#phase = phase ?? (step > 0 ? 'paused' : 'ready');
    this.#telemetry.rest();
    if (!phase) this.#past.cut(-1);
    this.#describe(next, phase !== undefined);
    if (step > 0) await this.#checkpoint();
    await this.#remember();
    await this.#predict();
    this.#telemetry.report(this.#stand);
  }

  #describe({ composition, backend, prepared, learner }: Workpiece, carried: boolean): void {
    const { preview, examples = [] } = prepared;
    const exportable = experiments.get(composition.experiment)!.program !== undefined;
    const model = { composition, backend, parameters: learner.parameters, preview, examples, exportable };
    const [phase, step, loaded] = [this.#phase, this.#step, this.#loaded];
    this.#tell({ type: 'composed', ...model, carried, loaded, phase, step });
  }

  async #run(what: 'train' | 'pause' | 'step' | 'stop'): Promise<void> {
    if (!this.#piece) return;
    this.#telemetry.rest();
    if (what === 'train') this.#phase = 'training';
    if (what === 'pause' || what === 'step') this.#phase = 'paused';
    if (what === 'step') await this.#advance();
    if (what === 'stop') await this.#stop(this.#piece);
    if (what === 'pause' || what === 'stop') await this.#checkpoint();
    if (what !== 'train') await this.#remember();
    if (what !== 'train') await this.#predict();
    this.#telemetry.report(this.#stand);
  }

  async #stop({ learner }: Workpiece): Promise<void> {
    this.#phase = 'stopped';
    await learner.rest();
    this.#telemetry.measure(this.#step, await learner.evaluate(Number.POSITIVE_INFINITY));
  }

  async #advance(): Promise<void> {
    const { learner, composition } = this.#piece!;
    const { loss, end } = await learner.step();
    if (loss !== undefined) {
      this.#loss = loss;
      this.#telemetry.loss(++this.#step, loss);
      const { every, sample } = experiments.get(composition.experiment)!.measure;
      if (this.#step % every === 0) this.#telemetry.measure(this.#step, await learner.evaluate(sample));
    }
    if (end !== undefined) await this.#end(end, this.#piece!);
  }

  /** Stops where there is next to nothing left to learn. Who trains on has been told, and is stopped when nothing changes at all. */
  async #end(why: string, piece: Workpiece): Promise<void> {
    const told = this.#ended !== undefined && this.#ended !== this.#loss;
    this.#ended = this.#loss;
    if (told) return;
    await this.#stop(piece);
    await this.#checkpoint();
    await this.#remember();
    await this.#predict();
    this.#telemetry.report(this.#stand);
    this.#tell({ type: 'ended', why, step: this.#step });
  }

  async #remember(): Promise<void> {
    if (this.#past.wants(this.#step)) this.#past.keep(this.#step, await this.#piece!.learner.export(null));
  }

  async #watch(question: Question): Promise<void> {
    this.#question = question;
    await this.#predict();
  }

  async #predict(): Promise<void> {
    const question = this.#question;
    if (!this.#piece || !question || isBlank(question.input)) return;
    if (question.experiment !== this.#piece.composition.experiment) return; // it is for the one that is to come
    const before = performance.now();
    const { learner } = this.#piece;
    const { origin: pretrained, weights } = this.#standIn ?? {};
    const then = question.when === undefined ? undefined : this.#past.at(question.when);
    const answer = () => learner.predict(question.input, question.touches);
    const prediction = await withWeights(learner, weights ?? then, answer);
    this.#tell({ type: 'prediction', question, step: then ? question.when! : this.#step, pretrained, prediction });
    const after = performance.now();
    this.#nextPrediction = after + Math.max(predictionPause, 5 * (after - before));
  }

  async #checkpoint(): Promise<void> {
    if (this.#step > 0) this.#tell({ type: 'checkpoint', checkpoint: await this.#take() });
    this.#nextCheckpoint = performance.now() + checkpointPause;
  }

  async #take(): Promise<Checkpoint> {
    return { ...(await take(this.#piece!, this.#step)), loaded: this.#loaded };
  }

  async #save(): Promise<void> {
    const { learner, composition } = this.#piece!;
    const { experiment } = composition;
    const { origin, weights: standing } = this.#standIn ?? {};
    const weights = await withWeights(learner, standing, () => learner.export(madeWith(composition)));
    this.#tell({ type: 'saved', experiment, step: origin?.step ?? this.#step, file: learner.file, weights });
  }

  async #keep(): Promise<void> {
    const { composition } = this.#piece!;
    this.#tell({ type: 'kept', composition, checkpoint: await this.#take() });
  }

  async #export(): Promise<void> {
    const piece = this.#piece!;
    const { origin, weights } = this.#standIn ?? {};
    const files = await withWeights(piece.learner, weights, () => programFiles(piece));
    this.#tell({ type: 'exported', experiment: piece.composition.experiment, step: origin?.step ?? this.#step, files });
  }

  /** A model that begins with these weights, with the setup that they were made with. */
  async #load({ name, weights }: Load): Promise<void> {
    const piece = this.#piece!;
    const made = (await compositionOf(weights, piece.composition)) ?? piece.composition;
    const brought = !sameModel(made, piece.composition);
    await this.#checkpoint(); // so that the page can bring back what is replaced
    const next = await compose(brought ? made : piece.composition, piece);
    await next.learner.import(weights).catch((error) => giveUp(next, error));
    await this.#replace(next, { step: 0, loaded: name });
    this.#tell({ type: 'loaded', name, brought });
  }

  /** A model trained beforehand stands in where it fits and does not come too late; nobody misses one that does not. */
  async #consider({ composition, weights }: Offer): Promise<void> {
    const piece = this.#piece;
    if (!piece || this.#step > 0 || this.#loaded !== undefined || !sameModel(composition, piece.composition)) return;
    try {
      const pretrained = readPretrained(weights);
      await withWeights(piece.learner, weights, async () => {});
      this.#pretrained = pretrained;
    } catch (error) {
      return console.warn(`The model trained beforehand does not fit ${composition.experiment}:`, error);
    }
    await this.#trying('predict', () => this.#predict());
  }

  /** What fails is told in plain words and, while training, pauses it; the model stays what it was. */
  async #trying(during: Failure['during'], work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isSeqError(error)) console.warn(error);
      if (during === 'train') {
        await this.#piece?.learner.rest().catch(() => {});
        this.#phase = 'paused';
        this.#telemetry.report(this.#stand);
      }
      this.#tell({ type: 'failed', failure: { during, ...plainly(error) } });
    }
  }
}

function isBlank(input: Input): boolean {
  return typeof input === 'string' ? input.trim() === '' : typeof input !== 'number' && input.length === 0;
}

function checkpointOf(start: Start): Checkpoint | undefined {
  return typeof start === 'object' ? start : undefined;
}

function giveUp(piece: Workpiece, error: unknown): never {
  piece.learner.dispose();
  throw error;
}
