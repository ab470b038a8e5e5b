/** What the directions of L-BFGS and of its relative for L1 have in common: a point, its gradient, and a search along a direction. */

import type { Problem } from '../algorithm.js';
import { Objective } from '../objective.js';
import { Vectors } from '../vectors.js';
import { History } from './history.js';
import type { LineSearch } from './line-search.js';

/** How the objective is made small; all but `search` for weights that are pointers. */
export interface Descent {
  readonly vectors: Vectors;
  readonly history: History;
  /** The point where the descent stands, and the gradient of the smooth part there. */
  readonly x: number;
  readonly gradient: number;
  /** What must become 0: the gradient, or with L1 the pseudo-gradient. */
  readonly slope: number;
  readonly value: number;
  /** Evaluates at x. */
  begin(): Promise<void>;
  /** Goes along the direction to a better point; undefined, and nothing has changed, where it finds none. */
  search(firstStep: number): Promise<{ trials: number; step: number } | undefined>;
  /** Makes the direction from the history; returns its length. */
  aim(): number;
}

export interface SmoothOptions {
  c2: number;
  numMemories: number;
  lineSearch: LineSearch;
  maxLineSearch: number;
}

/** Without L1. */
export class SmoothDescent implements Descent {
  readonly vectors: Vectors;
  readonly history: History;
  readonly x: number;
  readonly gradient: number;
  value = 0;
  readonly #direction: number;
  readonly #objective: Objective;
  readonly #options: SmoothOptions;

  constructor({ memory, pause }: Problem, options: SmoothOptions) {
    this.#options = options;
    this.vectors = new Vectors(memory);
    this.#objective = new Objective(memory, this.vectors, options.c2, pause);
    this.history = new History(this.vectors, options.numMemories);
    [this.x, this.gradient, this.#direction] = [0, 0, 0].map(() => this.vectors.create()) as [number, number, number];
  }

  get slope(): number {
    return this.gradient;
  }

  async begin(): Promise<void> {
    this.value = await this.#objective.evaluate(this.x, this.gradient);
  }

  aim(): number {
    this.vectors.copy(this.gradient, this.#direction);
    this.history.turn(this.#direction);
    return this.vectors.norm(this.#direction);
  }

  async search(firstStep: number): Promise<{ trials: number; step: number } | undefined> {
    const { vectors, x, gradient } = this;
    const d = this.#direction;
    const start = { step: 0, value: this.value, slope: vectors.dot(gradient, d) };
    const from = this.history.open(x, gradient);
    const line = async (step: number) => {
      vectors.combine(1, from.x, step, d, x);
      this.value = await this.#objective.evaluate(x, gradient);
      return { step, value: this.value, slope: vectors.dot(gradient, d) };
    };
    const { lineSearch, maxLineSearch } = this.#options;
    const found = start.slope < 0 ? await lineSearch(line, start, firstStep, maxLineSearch) : undefined;
    if (!found) {
      vectors.copy(from.x, x);
      vectors.copy(from.g, gradient);
      this.value = start.value;
      return undefined;
    }
    this.history.close(x, gradient);
    return { trials: found.trials, step: found.point.step };
  }
}
