/** One model in the making, as the page sees it: what is chosen, how far it is, what it says, and what went wrong. */
import { type Controls, completeSetup, type Setup } from '../controls/control.js';
import { type Description, everywhere, type Prediction } from '../experiment.js';
import { Connection } from '../worker/connection.js';
import type {
  BackendReport,
  Checkpoint,
  Composition,
  Failure,
  Objections,
  Phase,
  Progress,
  Report,
  Start,
} from '../worker/protocol.js';
import { readAddress, writeAddress } from './address.js';
import { Series } from './series.js';

export interface Notice {
  readonly tone: 'error' | 'hint';
  readonly text: string;
  readonly hint?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

type Composed = Extract<Report, { type: 'composed' }>;
type Shown = Extract<Report, { type: 'prediction' }> & { readonly prediction: Prediction };

const still: Progress = { phase: 'ready', step: 0, losses: [], measures: [], stepsPerSecond: 0, tensors: 0, bytes: 0 };

export class Session {
  experiments: readonly Description[] = $state.raw([]);
  backends: readonly BackendReport[] = $state.raw([]);
  experiment: Description | undefined = $state.raw();
  setup: Setup = $state.raw({});
  input = $state('');
  phase: Phase | 'starting' | 'composing' | 'gone' = $state('starting');
  composed: Composed | undefined = $state.raw();
  objections: Objections = $state.raw({});
  progress: Progress = $state.raw(still);
  shown: Shown | undefined = $state.raw();
  notice: Notice | undefined = $state.raw();
  /** Grows whenever `loss` or `measure` changed. */
  redraw = $state(0);
  readonly loss = new Series();
  readonly measure = new Series();

  #connection = this.#connect();
  #file: File | undefined;
  #checkpoint: Checkpoint | undefined;
  #waiting = false;
  #next: Start | undefined;

  get controls(): Controls {
    return { ...this.experiment?.controls, ...everywhere };
  }

  /** Moves to what the address says; called at the start and when the person edits or follows a link. */
  visit(hash: string): void {
    if (this.experiments.length === 0) return;
    const place = readAddress(hash);
    const experiment = this.experiments.find(({ name }) => name === place.experiment) ?? this.experiments[0]!;
    const same = experiment.name === this.experiment?.name;
    if (!same) this.#file = undefined;
    this.experiment = experiment;
    const setup = completeSetup(this.controls, place.values);
    const input = place.input ?? (same ? this.input : (experiment.examples[0] ?? ''));
    if (input !== this.input) this.ask(input);
    if (same && JSON.stringify(setup) === JSON.stringify(this.setup)) return;
    this.setup = setup;
    this.#compose('carry');
  }

  change(name: string, value: string | number): void {
    this.setup = { ...this.setup, [name]: value };
    this.#compose('carry');
  }

  useFile(file: File | undefined): void {
    this.#file = file;
    this.#compose('carry');
  }

  get fileName(): string | undefined {
    return this.composed?.composition.file?.name;
  }

  ask(input: string): void {
    this.input = input;
    if (input.trim() === '') this.shown = undefined;
    this.#connection.send({ type: 'watch', input });
    this.#keepAddress();
  }

  train(): void {
    this.notice = undefined;
    this.#connection.send({ type: 'train' });
  }

  pause(): void {
    this.#connection.send({ type: 'pause' });
  }

  step(): void {
    this.#connection.send({ type: 'step' });
  }

  stop(): void {
    this.#connection.send({ type: 'stop' });
  }

  reset(): void {
    this.#compose('fresh');
  }

  save(): void {
    this.#connection.send({ type: 'save' });
  }

  async load(file: File): Promise<void> {
    const weights = new Uint8Array(await file.arrayBuffer());
    this.#connection.send({ type: 'load', name: file.name, weights }, [weights.buffer]);
  }

  /** After the worker's death: a new worker, from the last checkpoint. */
  resume(): void {
    this.notice = undefined;
    this.phase = 'starting';
    this.#connection.close();
    this.#waiting = false;
    this.#next = this.#checkpoint ?? 'fresh';
    this.#connection = this.#connect();
  }

  #connect(): Connection {
    return new Connection(
      (report) => this.#take(report),
      (reason) => this.#mourn(reason),
    );
  }

  /** Asks the worker for the model of the present setup; while it is busy with another one, only the last request counts. */
  #compose(start: Start): void {
    this.#keepAddress();
    if (this.phase === 'gone' || this.phase === 'starting') return;
    if (this.#waiting) {
      this.#next = start;
      return;
    }
    this.#waiting = true;
    this.phase = 'composing';
    this.#connection.send({ type: 'compose', composition: this.#composition(), start });
  }

  #composition(): Composition {
    return { experiment: this.experiment!.name, setup: $state.snapshot(this.setup) as Setup, file: this.#file };
  }

  #keepAddress(): void {
    if (!this.experiment) return;
    const address = writeAddress(this.experiment.name, this.setup, this.input);
    if (address !== location.hash) history.replaceState(null, '', address);
  }

  #take(report: Report): void {
    if (report.type === 'catalog') this.#open(report);
    else if (report.type === 'composed') this.#adopt(report);
    else if (report.type === 'refused') this.#settle(() => this.#refuse(report.objections));
    else if (report.type === 'progress') this.#follow(report.progress);
    else if (report.type === 'prediction') this.shown = report;
    else if (report.type === 'checkpoint') this.#checkpoint = report.checkpoint;
    else if (report.type === 'loaded') this.notice = { tone: 'hint', text: `Weights loaded from ${report.name}.` };
    else if (report.type === 'saved') this.#download(report.weights, report.step);
    else this.#fail(report.failure);
  }

  #open({ experiments, backends }: Extract<Report, { type: 'catalog' }>): void {
    this.experiments = experiments;
    this.backends = backends;
    this.phase = 'composing';
    const start = this.#next ?? 'fresh';
    this.#next = undefined;
    if (this.experiment) {
      this.#connection.send({ type: 'watch', input: this.input });
      this.#compose(start);
    } else this.visit(location.hash);
  }

  #adopt(composed: Composed): void {
    this.#settle(() => {
      const before = this.composed;
      const lost = composed.step === 0 && this.#checkpoint && this.#checkpoint.step > 0 ? this.#checkpoint : undefined;
      this.notice = before && lost ? this.#wayBack(before.composition, lost) : undefined;
      if (composed.step === 0) this.#checkpoint = undefined;
      this.composed = composed;
      this.progress = { ...this.progress, step: composed.step };
      this.objections = {};
      for (const curve of [this.loss, this.measure]) curve.cut(composed.step);
      if (composed.step === 0) this.shown = undefined;
      this.redraw++;
    });
  }

  #wayBack(composition: Composition, checkpoint: Checkpoint): Notice {
    return {
      tone: 'hint',
      text: 'A new model, at step 0.',
      action: {
        label: `Bring back the one at step ${checkpoint.step}`,
        run: () => {
          this.experiment = this.experiments.find(({ name }) => name === composition.experiment);
          this.setup = composition.setup;
          this.#file = composition.file;
          this.#compose(checkpoint);
        },
      },
    };
  }

  #refuse(objections: Objections): void {
    this.objections = objections;
  }

  /** A compose request was answered: `then`, unless a newer one waits. */
  #settle(then: () => void): void {
    this.#waiting = false;
    const next = this.#next;
    this.#next = undefined;
    then();
    if (next) this.#compose(next);
    else if (this.phase === 'composing') this.phase = this.progress.phase;
  }

  #follow(progress: Progress): void {
    this.progress = progress;
    if (!this.#waiting) this.phase = progress.phase;
    this.loss.add(progress.losses);
    this.measure.add(progress.measures);
    if (progress.losses.length + progress.measures.length > 0) this.redraw++;
  }

  #fail({ during, message, hint }: Failure): void {
    this.notice = { tone: 'error', text: message, hint };
    if (during === 'start') this.phase = 'gone';
    if (during === 'compose') this.#settle(() => this.#goBack());
  }

  /** What could not be composed is taken back: to what the worker still has, or at least to a backend that runs. */
  #goBack(): void {
    const notice = this.notice;
    if (this.composed) {
      this.setup = this.composed.composition.setup;
      this.#file = this.composed.composition.file;
      this.experiment = this.experiments.find(({ name }) => name === this.composed?.composition.experiment);
      this.#keepAddress();
    } else if (this.setup.backend !== 'auto') {
      this.setup = { ...this.setup, backend: 'auto' };
      this.#compose('fresh');
    }
    this.notice = notice;
  }

  #mourn(reason: string): void {
    this.phase = 'gone';
    this.#waiting = false;
    const step = this.#checkpoint?.step ?? 0;
    this.notice = {
      tone: 'error',
      text: `The training worker died: ${reason}.`,
      hint:
        step > 0
          ? 'The last checkpoint is safe. If it dies again, choose a smaller model or another backend.'
          : undefined,
      action: { label: step > 0 ? `Resume from step ${step}` : 'Start again', run: () => this.resume() },
    };
  }

  #download(weights: Uint8Array<ArrayBuffer>, step: number): void {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([weights], { type: 'application/octet-stream' }));
    link.download = `seqloom-${this.experiment?.name}-${step}.safetensors`;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
