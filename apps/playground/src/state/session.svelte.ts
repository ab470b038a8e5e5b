/** One model in the making, as the page sees it: what is chosen, how far it is, what it says, and what went wrong. */
import { type Controls, completeSetup, type Setup } from '../controls/control.js';
import { type Description, everywhere, type Input, type Prediction } from '../experiment.js';
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
import { Curves } from './curves.svelte.js';
import { download } from './download.js';
import { deathNotice, type Notice, replacedNotice } from './notices.js';

type Composed = Extract<Report, { type: 'composed' }>;
type Shown = Extract<Report, { type: 'prediction' }> & { readonly prediction: Prediction };

const still: Progress = {
  phase: 'ready',
  step: 0,
  losses: [],
  measures: [],
  stepsPerSecond: 0,
  tensors: 0,
  bytes: 0,
  past: [],
};

export class Session {
  experiments: readonly Description[] = $state.raw([]);
  backends: readonly BackendReport[] = $state.raw([]);
  experiment: Description | undefined = $state.raw();
  setup: Setup = $state.raw({});
  input: Input = $state.raw('');
  phase: Phase | 'starting' | 'composing' | 'gone' = $state('starting');
  composed: Composed | undefined = $state.raw();
  objections: Objections = $state.raw({});
  progress: Progress = $state.raw(still);
  shown: Shown | undefined = $state.raw();
  notice: Notice | undefined = $state.raw();
  readonly curves = new Curves();

  #connection = this.#connect();
  #file: File | undefined;
  /** The last good model: what it was composed of, and where it stood. */
  #safe: { composition: Composition; checkpoint: Checkpoint } | undefined;
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

  ask(input: Input): void {
    this.input = input;
    if (typeof input === 'string' && input.trim() === '') this.shown = undefined;
    this.#connection.send({ type: 'watch', question: { input, touches: [] } });
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
    if (this.#safe) this.#choose(this.#safe.composition);
    this.#reconnect(this.#safe?.checkpoint ?? 'fresh');
  }

  #reconnect(start: Start): void {
    this.#connection.close();
    this.notice = undefined;
    this.composed = undefined;
    this.phase = 'starting';
    this.#waiting = false;
    this.#next = start;
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
    if (this.phase === 'gone') this.#reconnect(start);
    else if (this.#waiting || this.phase === 'starting') this.#next = start;
    else {
      this.#waiting = true;
      this.phase = 'composing';
      this.#connection.send({ type: 'compose', composition: this.#composition(), start });
    }
  }

  #composition(): Composition {
    return { experiment: this.experiment!.name, setup: $state.snapshot(this.setup) as Setup, file: this.#file };
  }

  #choose({ experiment, setup, file }: Composition): void {
    this.experiment = this.experiments.find(({ name }) => name === experiment);
    this.setup = setup;
    this.#file = file;
  }

  #keepAddress(): void {
    if (!this.experiment) return;
    const address = writeAddress(this.experiment.name, this.setup, typeof this.input === 'string' ? this.input : '');
    if (address !== location.hash) history.replaceState(null, '', address);
  }

  #take(report: Report): void {
    if (report.type === 'catalog') this.#open(report);
    else if (report.type === 'composed') this.#adopt(report);
    else if (report.type === 'refused') this.#refuse(report.objections);
    else if (report.type === 'progress') this.#follow(report.progress);
    else if (report.type === 'prediction') this.shown = report;
    else if (report.type === 'checkpoint') this.#keep(report.checkpoint);
    else if (report.type === 'loaded') this.notice = { tone: 'hint', text: `Weights loaded from ${report.name}.` };
    else if (report.type === 'saved')
      download(`seqloom-${report.experiment}-${report.step}.safetensors`, report.weights);
    else if (report.type === 'failed') this.#fail(report.failure);
  }

  #open({ experiments, backends }: Extract<Report, { type: 'catalog' }>): void {
    this.experiments = experiments;
    this.backends = backends;
    this.phase = 'composing';
    const start = this.#next ?? 'fresh';
    this.#next = undefined;
    if (this.experiment) {
      this.#connection.send({ type: 'watch', question: { input: this.input, touches: [] } });
      this.#compose(start);
    } else this.visit(location.hash);
  }

  #adopt(composed: Composed): void {
    const { step } = composed;
    const replaced = step === 0 && this.#safe;
    this.notice = replaced ? this.#wayBack(replaced) : undefined;
    if (step === 0) this.#safe = this.shown = undefined;
    this.composed = composed;
    this.progress = { ...this.progress, step };
    this.objections = {};
    this.curves.cut(step);
    this.#settle();
  }

  #wayBack({ composition, checkpoint }: { composition: Composition; checkpoint: Checkpoint }): Notice {
    return replacedNotice(checkpoint.step, () => {
      this.#choose(composition);
      this.#compose(checkpoint);
    });
  }

  #keep(checkpoint: Checkpoint): void {
    if (this.composed) this.#safe = { composition: this.composed.composition, checkpoint };
  }

  #refuse(objections: Objections): void {
    this.objections = objections;
    this.#settle();
  }

  /** A compose request was answered: the newest that waited is next. */
  #settle(): void {
    this.#waiting = false;
    const next = this.#next;
    this.#next = undefined;
    if (next) this.#compose(next);
    else if (this.phase === 'composing') this.phase = this.progress.phase;
  }

  #follow(progress: Progress): void {
    this.progress = progress;
    if (!this.#waiting) this.phase = progress.phase;
    this.curves.follow(progress);
  }

  #fail({ during, message, hint }: Failure): void {
    if (during === 'start') this.phase = 'gone';
    if (during === 'compose' && !this.#next) this.#goBack();
    if (during === 'compose') this.#settle();
    this.notice = { tone: 'error', text: message, hint };
  }

  /** What could not be composed is taken back: to what the worker still has, or at least to a backend that may run. */
  #goBack(): void {
    if (this.composed) {
      this.#choose(this.composed.composition);
      this.#keepAddress();
    } else if (this.setup.backend !== 'auto') {
      this.setup = { ...this.setup, backend: 'auto' };
      this.#next = this.#safe?.checkpoint ?? 'fresh';
    } else this.phase = 'gone';
  }

  #mourn(reason: string): void {
    this.phase = 'gone';
    this.#waiting = false;
    this.notice = deathNotice(reason, this.#safe?.checkpoint.step ?? 0, () => this.resume());
  }
}
