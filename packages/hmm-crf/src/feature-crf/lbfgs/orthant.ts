/** OWL-QN (Andrew & Gao, ICML 2007): L-BFGS for an objective with c1·|w|₁, which has no gradient where a weight is 0. */
import type { Problem } from '../algorithm.js';
import { Objective } from '../objective.js';
import { Vectors } from '../vectors.js';
import type { Descent } from './descent.js';
import { History } from './history.js';
import { smallestStep, sufficientDecrease } from './line-search.js';

export interface OrthantOptions {
  c1: number;
  c2: number;
  numMemories: number;
  maxLineSearch: number;
}

export class OrthantDescent implements Descent {
  readonly vectors: Vectors;
  readonly history: History;
  readonly x: number;
  readonly gradient: number;
  readonly slope: number;
  value = 0;
  readonly #direction: number;
  readonly #objective: Objective;
  readonly #options: OrthantOptions;

  constructor({ memory, pause }: Problem, options: OrthantOptions) {
    this.#options = options;
    this.vectors = new Vectors(memory);
    this.#objective = new Objective(memory, this.vectors, options.c2, pause);
    this.history = new History(this.vectors, options.numMemories);
    const made = [0, 0, 0, 0].map(() => this.vectors.create());
    [this.x, this.gradient, this.slope, this.#direction] = made as [number, number, number, number];
  }

  async begin(): Promise<void> {
    await this.#evaluate();
    this.#pseudoGradient();
  }

  /** Components that point against the pseudo-gradient's orthant are cut off. */
  aim(): number {
    this.vectors.copy(this.slope, this.#direction);
    this.history.turn(this.#direction);
    const [d, slope] = [this.vectors.view(this.#direction), this.vectors.view(this.slope)];
    for (let k = 0; k < d.length; k++) if (d[k]! * slope[k]! >= 0) d[k] = 0;
    return this.vectors.norm(this.#direction);
  }

  /** Halves the step until the value has fallen enough; a weight that would change its sign becomes 0. */
  async search(firstStep: number): Promise<{ trials: number; step: number } | undefined> {
    const { vectors, x, gradient } = this;
    const before = this.value;
    const from = this.history.open(x, gradient);
    let step = firstStep;
    for (let trials = 1; trials <= this.#options.maxLineSearch && step >= smallestStep; trials++, step /= 2) {
      vectors.combine(1, from.x, step, this.#direction, x);
      const promised = this.#project(from.x);
      await this.#evaluate();
      if (!(this.value <= before + sufficientDecrease * promised)) continue;
      this.#pseudoGradient();
      this.history.close(x, gradient);
      return { trials, step };
    }
    vectors.copy(from.x, x);
    vectors.copy(from.g, gradient);
    this.value = before;
    return undefined;
  }

  async #evaluate(): Promise<void> {
    const smooth = await this.#objective.evaluate(this.x, this.gradient);
    let sum = 0;
    for (const weight of this.vectors.view(this.x)) sum += Math.abs(weight);
    this.value = smooth + this.#options.c1 * sum;
  }

  /** Sets to 0 what has left the orthant of where it came from; returns Σ (x − from)·slope. */
  #project(from: number): number {
    const [x, start, slope] = [this.x, from, this.slope].map((pointer) => this.vectors.view(pointer)) as Three;
    let promised = 0;
    for (let k = 0; k < x.length; k++) {
      const sign = start[k] === 0 ? -slope[k]! : start[k]!;
      if (x[k]! * sign <= 0) x[k] = 0;
      promised += (x[k]! - start[k]!) * slope[k]!;
    }
    return promised;
  }

  /** The gradient of that side of every weight on which the objective falls; 0 where it falls on neither. */
  #pseudoGradient(): void {
    const { c1 } = this.#options;
    const [x, g, slope] = [this.x, this.gradient, this.slope].map((pointer) => this.vectors.view(pointer)) as Three;
    for (let k = 0; k < x.length; k++) {
      if (x[k] !== 0) slope[k] = g[k]! + c1 * Math.sign(x[k]!);
      else slope[k] = Math.sign(g[k]!) * Math.max(0, Math.abs(g[k]!) - c1);
    }
  }
}

type Three = [Float64Array, Float64Array, Float64Array];
