/** What the person asks the model, again and again while it learns, and what it said last. */
import type { Input, Touch } from '../experiment.js';
import type { Question, Report } from '../worker/protocol.js';

type Shown = Extract<Report, { type: 'prediction' }>;

export class Inquiry {
  /** What the model is asked; '' when nothing is. */
  input: Input = $state.raw('');
  /** The person's own numbers in the pictures. */
  touches: readonly Touch[] = $state.raw([]);
  /** The step whose model is asked, if not the present one. */
  when: number | undefined = $state.raw();
  shown: Shown | undefined = $state.raw();

  readonly #send: (asked: Omit<Question, 'experiment'>) => void;

  constructor(send: (asked: Omit<Question, 'experiment'>) => void) {
    this.#send = send;
  }

  /** `lasting`: the views whose numbers the person has set for whatever is asked. */
  ask(input: Input, lasting: readonly string[] = []): void {
    this.input = input;
    this.touches = this.touches.filter(({ view }) => lasting.includes(view));
    if (typeof input === 'string' && input.trim() === '') this.shown = undefined;
    this.repeat();
  }

  /** Asks as if the person's numbers stood in the pictures. */
  touch(touches: readonly Touch[]): void {
    if (touches.length === 0 && this.touches.length === 0) return;
    this.touches = touches;
    this.repeat();
  }

  /** Asks the model as it was at `step`; as it is, when undefined. */
  recall(step: number | undefined): void {
    if (step === this.when) return;
    this.when = step;
    this.repeat();
  }

  /** Asks a worker that does not know the question yet. */
  repeat(): void {
    this.#send({ input: this.input, touches: this.touches, when: this.when });
  }
}
