/** The page: a model in the making, perhaps a second one beside it, the address that holds both, and what is taken home. */
import type { Input } from '../experiment.js';
import type { Report } from '../worker/protocol.js';
import { type Place, readAddress, writeAddress } from './address.js';
import { download } from './download.js';
import { Session } from './session.svelte.js';
import { Shelf } from './shelf.svelte.js';
import { zip } from './zip.js';

export class Page {
  readonly shelf = new Shelf();
  readonly main: Session;
  rival: Session | undefined = $state.raw();

  constructor() {
    this.main = new Session({
      place: () => this.#arrive(),
      moved: () => this.#follow(),
      deliver: (report) => this.#deliver(report),
    });
  }

  /** The model in the making, and the one it is compared with. */
  get sessions(): readonly Session[] {
    return this.rival ? [this.main, this.rival] : [this.main];
  }

  /** Called when the person edits the address or follows a link. */
  visit(hash: string): void {
    const place = readAddress(hash);
    if (!place.rival || place.experiment !== this.main.experiment?.name) this.endComparison();
    this.main.visit(place);
    if (place.rival) this.compare(place.rival);
  }

  /** A second model on the same data, in the same order, that differs in `values`. */
  compare(values: Readonly<Record<string, string>> = {}): void {
    const place = (): Place => ({
      experiment: this.main.experiment?.name ?? '',
      values: { ...this.#values(), ...values },
      input: readAddress(writeAddress('', {}, this.main.inquiry.input)).input,
    });
    if (this.rival) this.rival.visit(place());
    else {
      const rival = new Session({
        place,
        moved: () => this.#keepAddress(),
        deliver: (report) => this.#deliver(report),
      });
      this.rival = rival;
      if (this.main.file) rival.useFile(this.main.file);
    }
  }

  endComparison(): void {
    if (!this.rival) return;
    this.rival.close();
    this.rival = undefined;
    this.#keepAddress();
  }

  /** Changes a control of one model; what concerns the data, of both. */
  change(session: Session, name: string, value: string | number): void {
    const target = session.controls[name]?.affects === 'data' ? this.main : session;
    target.change(name, value);
  }

  useFile(file: File | undefined): void {
    for (const session of this.sessions) session.useFile(file);
  }

  ask(input: Input): void {
    for (const session of this.sessions) session.ask(input);
  }

  /** Goes on with a model from the shelf. */
  async open(name: string): Promise<void> {
    const found = await this.shelf.find(name);
    if ('tone' in found) this.main.notice = found;
    else {
      this.endComparison();
      this.main.take(found);
    }
  }

  async discard(name: string): Promise<void> {
    this.main.notice = await this.shelf.remove(name);
  }

  #values(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.main.setup).map(([name, value]) => [name, String(value)]));
  }

  #arrive(): Place {
    const place = readAddress(location.hash);
    if (place.rival) queueMicrotask(() => this.compare(place.rival));
    return place;
  }

  /** What the models are compared on is the first one's, whoever changed it: the person, or a file of weights. */
  #follow(): void {
    const { experiment, setup } = this.main;
    if (this.rival?.experiment && this.rival.experiment.name === experiment?.name)
      for (const [name, { affects }] of Object.entries(this.main.controls))
        if (affects === 'data' && this.rival.setup[name] !== setup[name]) this.rival.change(name, setup[name]!);
    this.#keepAddress();
  }

  #keepAddress(): void {
    const { experiment, setup, inquiry } = this.main;
    if (!experiment) return;
    const address = writeAddress(experiment.name, setup, inquiry.input, this.rival?.setup);
    if (address !== location.hash) history.replaceState(null, '', address);
  }

  #deliver(report: Extract<Report, { type: 'saved' | 'kept' | 'exported' }>): void {
    if (report.type === 'saved') download(fileName(report, /\.\w+$/.exec(report.file)![0]), report.weights);
    else if (report.type === 'exported') download(fileName(report, '.zip'), zip(report.files));
    else void this.#keep(report);
  }

  async #keep({ composition, checkpoint }: Extract<Report, { type: 'kept' }>): Promise<void> {
    const { main } = this;
    const title = main.experiments.find(({ name }) => name === composition.experiment)?.title ?? composition.experiment;
    main.notice = await this.shelf.keep({ composition, checkpoint }, title);
  }
}

function fileName({ experiment, step }: { experiment: string; step: number }, ending: string): string {
  return `seqloom-${experiment}-${step}${ending}`;
}
