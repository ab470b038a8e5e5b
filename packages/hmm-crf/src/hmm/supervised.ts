/** Learning from sequences whose states are known: counting. */
import { DataError, ShapeError, show } from '@seqloom/core/errors';
import { knownOptions, within } from '@seqloom/core/options';
import { batches, noStatistics } from './expectations.js';
import type { HMM } from './hmm.js';
import type { Observations } from './observations.js';
import { finiteSums } from './structure/expectation-maximisation.js';

export interface SupervisedOptions {
  /** Added to the count of every first state and transition that is not ruled out by a 0; 0 unless given. Emissions are smoothed by their priors. */
  smoothing?: number;
}

/** Sets the parameters to those of highest likelihood plus prior for `data` with `states` [N]. Throws, and changes nothing, where one is no state. */
export function fitSupervised(
  hmm: HMM,
  data: Observations,
  states: ArrayLike<number>,
  options: SupervisedOptions = {},
): void {
  const where = 'fitSupervised';
  knownOptions(where, options, ['smoothing']);
  const smoothing = within(where, 'smoothing', options.smoothing ?? 0, 0);
  const K = hmm.stateCount;
  if (states?.length !== hmm.check(data))
    throw new ShapeError(
      where,
      `\`states\` must have a state for each of ${hmm.check(data)} rows, got ${show(states)}`,
    );
  for (let row = 0; row < states.length; row++) {
    if (Number.isInteger(states[row]) && states[row]! >= 0 && states[row]! < K) continue;
    throw new DataError(where, `row ${row}: ${show(states[row])} is no state from 0 to ${K - 1}`, {
      hint: 'where only some states are known, fit with `allowed: allowedStates(states, K)`',
    });
  }
  hmm.prepare(data);
  const statistics = noStatistics(hmm);
  statistics.start.fill(smoothing);
  statistics.transitions.fill(smoothing);
  for (const { values, lengths, row } of batches(data)) {
    let at = row;
    for (const length of lengths) {
      if (length > 0) statistics.start[states[at]!]! += 1;
      for (let t = 1; t < length; t++) statistics.transitions[states[at + t - 1]! * K + states[at + t]!]! += 1;
      at += length;
    }
    const known = new Float64Array((at - row) * K);
    for (let t = 0; t < at - row; t++) known[t * K + states[row + t]!] = 1;
    hmm.emission.accumulate(statistics.emission, values, known);
  }
  finiteSums(where, statistics.emission);
  hmm.maximise(statistics);
}
