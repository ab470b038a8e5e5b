/** Seeded randomness as an argument: one stream, `split()` for children; the generator is pure-rand's xoroshiro128+. */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { OptionError, show } from './errors.js';

const marker: unique symbol = Symbol.for('@seqloom/Rng') as never;

/** A stream of random numbers: same seed, same numbers, on every platform. */
export class Rng {
  #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    if (!Number.isInteger(seed)) throw new OptionError('Rng', `\`seed\` must be a whole number, got ${show(seed)}`);
    Object.defineProperty(this, marker, { value: true });
    this.#generator = xoroshiro128plus(mix(seed | 0));
    for (let i = 0; i < 4; i++) this.int32();
  }

  /** A child stream that is independent of what is drawn from this one afterwards. */
  split(): Rng {
    return new Rng(this.int32());
  }

  /** The whole state, for a checkpoint. */
  get state(): readonly number[] {
    return this.#generator.getState();
  }

  set state(value: readonly number[]) {
    this.#generator = xoroshiro128plusFromState(value);
  }

  /** A whole number in [-2^31, 2^31). */
  int32(): number {
    return this.#generator.next();
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return (this.#generator.next() >>> 0) / 0x100000000;
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** A draw from the standard normal distribution (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** One element of a non-empty list. */
  choice<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A shuffled copy (Fisher–Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }
}

/** Whether `value` is an Rng, also of another copy of this package. */
export function isRng(value: unknown): value is Rng {
  return typeof value === 'object' && value !== null && marker in value;
}

/** The stream that constructors draw from when they are given none; pass your own to be independent of the order of construction. */
export const defaultRng: Rng = new Rng(0);

/** Spreads close seeds far apart (the finaliser of MurmurHash3). */
function mix(seed: number): number {
  let h = seed ^ 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
