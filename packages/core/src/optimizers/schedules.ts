/** Learning rates over time: functions of the number of updates made so far. */
import { OptionError } from '../errors.js';
import { count, knownOptions, within } from '../options.js';

/** A value (learning rate, decay…) for the update that follows `count` others. */
export type Schedule = (count: number) => number;

/** Always `value`. */
export function constantRate(value: number): Schedule {
  within('constantRate', 'value', value, 0);
  return () => value;
}

/** `initial`, multiplied by `factor` after every `every` updates, at once. */
export function stepDecay(options: { initial: number; factor: number; every: number }): Schedule {
  knownOptions('stepDecay', options, ['initial', 'factor', 'every']);
  const { initial, factor, every } = rate('stepDecay', options);
  count('stepDecay', 'every', every);
  return (done) => initial * factor ** Math.floor(done / every);
}

/** `initial`, multiplied by `factor` in the course of every `every` updates, smoothly. */
export function exponentialDecay(options: { initial: number; factor: number; every: number }): Schedule {
  knownOptions('exponentialDecay', options, ['initial', 'factor', 'every']);
  const { initial, factor, every } = rate('exponentialDecay', options);
  within('exponentialDecay', 'every', every, Number.MIN_VALUE);
  return (done) => initial * factor ** (done / every);
}

/** From `initial` to `final` (0) along half a cosine over `steps` updates, then `final` (arXiv:1608.03983). */
export function cosineDecay(options: { initial: number; steps: number; final?: number }): Schedule {
  knownOptions('cosineDecay', options, ['initial', 'steps', 'final']);
  const { initial, steps, final = 0 } = options;
  within('cosineDecay', 'initial', initial, 0);
  within('cosineDecay', 'final', final, 0);
  count('cosineDecay', 'steps', steps);
  return (done) => final + ((initial - final) * (1 + Math.cos(Math.PI * Math.min(1, done / steps)))) / 2;
}

/** Linear from 0 to where `after` begins over `steps` updates, then `after`, which counts from there; the first update is not 0. */
export function warmup(steps: number, after: Schedule): Schedule {
  count('warmup', 'steps', steps);
  return (done) => (done < steps ? (after(0) * (done + 1)) / steps : after(done - steps));
}

/** Linear from 0 to `peak` over `warmup` updates, then a cosine to `final` (0), `steps` updates in all. */
export function warmupCosine(options: { peak: number; warmup: number; steps: number; final?: number }): Schedule {
  knownOptions('warmupCosine', options, ['peak', 'warmup', 'steps', 'final']);
  const { peak, steps, final = 0 } = options;
  count('warmupCosine', 'steps', steps, count('warmupCosine', 'warmup', options.warmup) + 1);
  return warmup(options.warmup, cosineDecay({ initial: peak, steps: steps - options.warmup, final }));
}

/** Each schedule in turn, counting from its own start: `schedules[i]` ends and `schedules[i + 1]` begins at `boundaries[i]` updates. */
export function joinSchedules(schedules: readonly Schedule[], boundaries: readonly number[]): Schedule {
  const rising = boundaries.every((at, i) => Number.isInteger(at) && at > (boundaries[i - 1] ?? 0));
  if (!rising || schedules.length !== boundaries.length + 1) {
    throw new OptionError('joinSchedules', 'needs rising whole boundaries, one fewer than schedules');
  }
  return (done) => {
    const next = boundaries.findIndex((at) => done < at);
    const i = next === -1 ? boundaries.length : next;
    return (schedules[i] as Schedule)(done - (boundaries[i - 1] ?? 0));
  };
}

function rate<T extends { initial: number; factor: number }>(where: string, options: T): T {
  within(where, 'initial', options.initial, 0);
  within(where, 'factor', options.factor, 0);
  return options;
}
