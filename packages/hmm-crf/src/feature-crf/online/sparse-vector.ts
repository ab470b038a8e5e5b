/** A vector over all features of which few are not 0, and which is emptied without looking at the others. */
export class SparseVector {
  readonly values: Float64Array;
  readonly #listed: Uint8Array;
  readonly #actives: number[] = [];

  constructor(length: number) {
    this.values = new Float64Array(length);
    this.#listed = new Uint8Array(length);
  }

  /** The places that something was added to. */
  get actives(): readonly number[] {
    return this.#actives;
  }

  add(place: number, value: number): void {
    this.values[place]! += value;
    if (this.#listed[place]) return;
    this.#listed[place] = 1;
    this.#actives.push(place);
  }

  clear(): void {
    for (const place of this.#actives) {
      this.values[place] = 0;
      this.#listed[place] = 0;
    }
    this.#actives.length = 0;
  }
}
