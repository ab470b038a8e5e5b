/** A model's weights at moments of its training, so that one can ask it as it was then; when there are too many, every other one goes. */

const most = 32;
/** Bytes that all moments together may take. */
const budget = 64e6;

export class Past {
  #moments: { step: number; weights: Uint8Array<ArrayBuffer> }[] = [];
  #stride = 1;

  /** Whether the moment at `step` should be kept. */
  wants(step: number): boolean {
    return step % this.#stride === 0 && this.#moments.at(-1)?.step !== step;
  }

  keep(step: number, weights: Uint8Array<ArrayBuffer>): void {
    this.cut(step - 1);
    this.#moments.push({ step, weights });
    const bytes = this.#moments.reduce((sum, moment) => sum + moment.weights.length, 0);
    if (this.#moments.length > most || bytes > budget) this.#thin();
  }

  /** Forgets what came after `step`. */
  cut(step: number): void {
    this.#moments = this.#moments.filter((moment) => moment.step <= step);
    if (this.#moments.length === 0) this.#stride = 1;
  }

  get steps(): readonly number[] {
    return this.#moments.map(({ step }) => step);
  }

  /** The weights at `step`, if that moment is still kept. */
  at(step: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#moments.find((moment) => moment.step === step)?.weights;
  }

  #thin(): void {
    this.#stride *= 2;
    this.#moments = this.#moments.filter(({ step }) => step % this.#stride === 0);
  }
}
