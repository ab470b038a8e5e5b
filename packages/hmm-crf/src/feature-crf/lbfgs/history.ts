/** The last steps with the changes of the gradient: what stands for the inverse of the Hessian (Nocedal 1980). */
import type { Vectors } from '../vectors.js';

interface Correction {
  /** Pointers to s = the change of the weights, y = that of the gradient. */
  readonly s: number;
  readonly y: number;
  ys: number;
}

export class History {
  readonly #vectors: Vectors;
  readonly #slots: Correction[];
  /** Places of slots, oldest first. */
  #order: number[] = [];

  constructor(vectors: Vectors, memories: number) {
    this.#vectors = vectors;
    this.#slots = Array.from({ length: memories }, () => ({ s: vectors.create(), y: vectors.create(), ys: 0 }));
  }

  get isEmpty(): boolean {
    return this.#order.length === 0;
  }

  /** d = −H·d, by the two loops over the corrections. */
  turn(d: number): void {
    const { combine, dot } = bound(this.#vectors);
    const corrections = this.#order.map((place) => this.#slots[place]!);
    const alphas = corrections.toReversed().map(({ s, y, ys }) => {
      const alpha = dot(s, d) / ys;
      combine(1, d, -alpha, y, d);
      return alpha;
    });
    const last = corrections.at(-1);
    combine(last ? -last.ys / dot(last.y, last.y) : -1, d, 0, d, d);
    for (const { s, y, ys } of corrections) combine(1, d, -alphas.pop()! - dot(y, d) / ys, s, d);
  }

  /** Keeps where a step starts, in the place of the oldest correction. */
  open(x: number, g: number): { x: number; g: number } {
    const place = this.#order.length < this.#slots.length ? this.#order.length : this.#order.shift()!;
    this.#order.push(place);
    const { s, y } = this.#slots[place]!;
    this.#vectors.copy(x, s);
    this.#vectors.copy(g, y);
    return { x: s, g: y };
  }

  /** The step has ended here. One that has learned nothing about the curvature is forgotten. */
  close(x: number, g: number): void {
    const slot = this.#slots[this.#order.at(-1)!]!;
    this.#vectors.combine(1, x, -1, slot.s, slot.s);
    this.#vectors.combine(1, g, -1, slot.y, slot.y);
    slot.ys = this.#vectors.dot(slot.y, slot.s);
    if (!(slot.ys > 0)) this.clear();
  }

  clear(): void {
    this.#order = [];
  }

  /** Copies, oldest first. */
  save(): Float64Array[] {
    return this.#order.flatMap((place) => {
      const { s, y } = this.#slots[place]!;
      return [this.#vectors.view(s).slice(), this.#vectors.view(y).slice()];
    });
  }

  /** The newest of the corrections that `save` gave, as many as there is room for. */
  restore(corrections: readonly Float64Array[]): void {
    const saved = corrections.slice(-2 * this.#slots.length);
    this.#order = Array.from({ length: saved.length / 2 }, (_, place) => place);
    for (const place of this.#order) {
      const slot = this.#slots[place]!;
      this.#vectors.view(slot.s).set(saved[2 * place]!);
      this.#vectors.view(slot.y).set(saved[2 * place + 1]!);
      slot.ys = this.#vectors.dot(slot.y, slot.s);
    }
  }
}

function bound(vectors: Vectors): Pick<Vectors, 'combine' | 'dot'> {
  return { combine: vectors.combine.bind(vectors), dot: vectors.dot.bind(vectors) };
}
