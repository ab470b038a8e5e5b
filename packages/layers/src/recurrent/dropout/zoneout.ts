/** States that now and then stay as they were. */
import type { Rng } from '@seqloom/core';
import { defaultRng, knownOptions, mapState, OptionError, within } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { bernoulli } from '../../bernoulli.js';
import type { SplitCell, StepChanges } from '../split-cell.js';
import { WrappedCell } from './wrapped-cell.js';

export interface ZoneoutOptions<S> {
  cell: SplitCell<S>;
  /** The probability that a unit keeps its value: of the whole state, or by the names of its parts, `{ hidden: 0.05, cell: 0.5 }`. */
  rate: number | Readonly<Record<string, number>>;
  rng?: Rng;
}

/**
 * Zoneout (arXiv:1606.01305): in training each unit of the state keeps its value of the step before with probability `rate`, drawn anew at every
 * step; in evaluation the state is the expectation, rate·before + (1 − rate)·next. The output is read from that state.
 */
export class Zoneout<S> extends WrappedCell<S> {
  readonly rate: number | Readonly<Record<string, number>>;
  readonly rng: Rng;

  constructor(options: ZoneoutOptions<S>) {
    knownOptions('Zoneout', options, ['cell', 'rate', 'rng']);
    super('Zoneout', options.cell);
    this.rate = ratesOf(options.rate, () => this.cell.initialState(1));
    this.rng = (options.rng ?? defaultRng).split();
  }

  override advance(projected: tf.Tensor2D, before: S, changes?: StepChanges): S {
    const next = super.advance(projected, before, changes);
    const { rate } = this;
    if (typeof rate === 'number') return mapState((a, b) => this.#mixed(a, b, rate), next, before);
    const parts = Object.entries(next as Record<string, unknown>).map(([name, part]) => {
      const old = (before as Record<string, unknown>)[name];
      return [name, mapState((a, b) => this.#mixed(a, b, rate[name] ?? 0), part, old)];
    });
    return Object.fromEntries(parts) as S;
  }

  /** In evaluation too, the state is not the cell's. */
  protected override idle(): boolean {
    return this.rate === 0;
  }

  #mixed(next: tf.Tensor, before: tf.Tensor, rate: number): tf.Tensor {
    if (rate === 0) return next;
    const kept = this.training ? tf.tensor(bernoulli(next.size, rate, 1, this.rng), next.shape) : tf.scalar(rate);
    return tf.add(next, tf.mul(kept, tf.sub(before, next)));
  }
}

/** Checks rates, and that a state has the parts that are named. */
function ratesOf<S>(rate: ZoneoutOptions<S>['rate'], state: () => S): ZoneoutOptions<S>['rate'] {
  if (typeof rate !== 'object' || rate === null) return within('Zoneout', 'rate', rate, 0, 1);
  const parts = tf.tidy(() => {
    const found = state();
    return found instanceof tf.Tensor ? [] : Object.keys(found as object);
  });
  for (const [name, part] of Object.entries(rate)) {
    within('Zoneout', `rate.${name}`, part, 0, 1);
    if (parts.includes(name)) continue;
    const hint = parts.length > 0 ? `its parts are ${parts.join(', ')}` : 'it is one tensor: give one number';
    throw new OptionError('Zoneout', `the state has no part \`${name}\``, { hint });
  }
  return rate;
}
