/** One model in the making, as the page sees it: what is chosen, how far it is, and what went wrong. */
import { type Controls, completeSetup, type Setup } from '../controls/control.js';
import { type Description, everywhere, type Input } from '../experiment.js';
import { Connection } from '../worker/connection.js';
import {
  type BackendReport,
  type Checkpoint,
  type Composition,
  type Failure,
  noProgress,
  type Objections,
  type Phase,
  type Progress,
  type Report,
  type Start,
} from '../worker/protocol.js';
import { type Place, readInput } from './address.js';
import { Curves } from './curves.svelte.js';
import { Inquiry } from './inquiry.svelte.js';
import { deathNotice, endNotice, loadedNotice, type Notice, replacedNotice } from './notices.js';
import { fetchPretrained } from './pretrained.js';
import type { Kept, Surroundings } from './surroundings.js';

type Composed = Extract<Report, { type: 'composed' }>;

export class Session {
  experiments: readonly Description[] = $state.raw([]);
  backends: readonly BackendReport[] = $state.raw([]);
  experiment: Description | undefined = $state.raw();
  setup: Setup = $state.raw({});
  phase: Phase | 'starting' | 'composing' | 'gone' = $state('starting');
  composed: Composed | undefined = $state.raw();
  objections: Objections = $state.raw({});
  progress: Progress = $state.raw(noProgress);
  notice: Notice | undefined = $state.raw();
  readonly curves = new Curves();
  readonly inquiry = new Inquiry((asked) => {
    const question = { experiment: this.experiment?.name ?? '', ...asked };
    this.#connection.send({ type: 'watch', question });
  });

  readonly #surroundings: Surroundings;
  #connection: Connection;
  #file: File | undefined;
  /** The last good model. */
  #safe: Kept | undefined;
  #waiting = false;
  /** What the worker was last asked to begin with. */
  #start: Start | undefined;
  #next: Start | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#connection = this.#connect();
  }

  get controls(): Controls {
    return { ...this.experiment?.controls, ...everywhere };
  }

  get file(): File | undefined {
    return this.composed?.composition.file;
  }

  /** Moves to a place: at the start, and when the person edits the address or follows a link. */
  visit(place: Place): void {
    if (this.experiments.length === 0) return;
    const experiment = this.experiments.find(({ name }) => name === place.experiment) ?? this.experiments[0]!;
    const same = experiment.name === this.experiment?.name;
    if (!same && this.experiment) this.#file = undefined; // a variant is given its file before its first visit
    this.experiment = experiment;
    const setup = completeSetup(this.controls, place.values);
    const { input: asked } = this.inquiry;
    const input = readInput(experiment.input, place.input) ?? (same ? asked : (experiment.examples[0] ?? ''));
    if (!same) this.inquiry.touch([]);
    if (input !== asked || !same) this.ask(input);
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

  ask(input: Input): void {
    const lasting = this.experiment?.views.filter((view) => view.lasting) ?? [];
    this.inquiry.ask(
      input,
      lasting.map(({ name }) => name),
    );
    this.#surroundings.moved();
  }

  train(): void {
    this.notice = undefined;
    this.inquiry.recall(undefined);
    this.#connection.send({ type: 'train' });
  }

  /** Carried out by the worker, in its turn. */
  send(type: 'pause' | 'step' | 'stop' | 'save' | 'keep' | 'export'): void {
    if (type === 'step') this.inquiry.recall(undefined);
    this.#connection.send({ type });
  }

  reset(): void {
    this.#compose('fresh');
  }

  async load(file: File): Promise<void> {
    const weights = new Uint8Array(await file.arrayBuffer());
    this.#connection.send({ type: 'load', name: file.name, weights }, [weights.buffer]);
  }

  /** Goes on with a model that was kept. */
  take({ composition, checkpoint }: Kept): void {
    this.#choose(composition);
    this.#compose(checkpoint);
  }

  /** After the worker's death: a new worker, from the last checkpoint. */
  resume(): void {
    if (this.#safe) this.#choose(this.#safe.composition);
    this.#reconnect(this.#safe?.checkpoint ?? 'fresh');
  }

  /** Ends the worker; the session is not used any more. */
  close(): void {
    this.#connection.close();
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
    this.#surroundings.moved();
    if (this.phase === 'gone') this.#reconnect(start);
    else if (this.#waiting || this.phase === 'starting') this.#next = start;
    else {
      this.#waiting = true;
      this.#start = start;
      this.phase = 'composing';
      const composition = this.#composition();
      this.#connection.send({ type: 'compose', composition, start });
      if (start === 'carry') void this.#offerPretrained(composition);
    }
  }

  /** A model to try before training; not after a reset, where one wants to see how learning begins. */
  async #offerPretrained(composition: Composition): Promise<void> {
    const weights = await fetchPretrained(composition, this.controls);
    if (weights) this.#connection.send({ type: 'pretrained', composition, weights }, [weights.buffer]);
  }

  #composition(): Composition {
    return { experiment: this.experiment!.name, setup: $state.snapshot(this.setup) as Setup, file: this.#file };
  }

  #choose({ experiment, setup, file }: Composition): void {
    const same = experiment === this.experiment?.name;
    this.experiment = this.experiments.find(({ name }) => name === experiment);
    this.setup = setup;
    this.#file = file;
    if (!same) this.inquiry.touch([]);
    if (!same) this.ask(this.experiment?.examples[0] ?? '');
  }

  #take(report: Report): void {
    if (report.type === 'catalog') this.#open(report);
    else if (report.type === 'composed') this.#adopt(report);
    else if (report.type === 'refused') this.#refuse(report.objections);
    else if (report.type === 'progress') this.#follow(report.progress);
    else if (report.type === 'prediction') this.inquiry.shown = report;
    else if (report.type === 'checkpoint') this.#secure(report.checkpoint);
    else if (report.type === 'loaded') this.notice = loadedNotice(report, this.notice);
    else if (report.type === 'ended') this.notice = endNotice(report.why, report.step);
    else if (report.type === 'failed') this.#fail(report.failure);
    else this.#surroundings.deliver(report);
  }

  #secure(checkpoint: Checkpoint): void {
    if (this.composed) this.#safe = { composition: this.composed.composition, checkpoint };
  }

  #open({ experiments, backends }: Extract<Report, { type: 'catalog' }>): void {
    this.experiments = experiments;
    this.backends = backends;
    this.phase = 'composing';
    const start = this.#next ?? 'fresh';
    this.#next = undefined;
    if (this.experiment) {
      this.inquiry.repeat();
      this.#compose(start);
    } else this.visit(this.#surroundings.place());
  }

  #adopt(composed: Composed): void {
    const { carried, step, phase, examples } = composed;
    const same = carried || this.#start === this.#safe?.checkpoint;
    const replaced = same ? undefined : this.#safe;
    this.notice = replaced && replacedNotice(step, replaced.checkpoint.step, () => this.take(replaced));
    if (!same) {
      this.#safe = this.inquiry.shown = undefined;
      this.inquiry.touch([]); // they were set in another model
    }
    this.inquiry.recall(undefined);
    this.composed = composed;
    if (!this.#next) this.#followSetup(composed.composition);
    this.progress = { ...this.progress, step, phase };
    this.objections = {};
    this.curves.cut(same ? step : 0);
    this.#settle();
    if (this.inquiry.input === '' && examples[0] && this.experiment?.examples.length === 0) this.ask(examples[0].input);
  }

  /** The setup may have come from a file of weights. */
  #followSetup(composition: Composition): void {
    if (JSON.stringify(composition.setup) === JSON.stringify(this.setup)) return;
    this.#choose(composition);
    this.#surroundings.moved();
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
      this.#surroundings.moved();
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
