/** Learning from sequences whose states are known: counting. */
import { DataError, ShapeError, show } from '@seqloom/core/errors';
import { knownOptions, within } from '@seqloom/core/options';
import { finiteSums } from './expectation-maximisation.js';
import { batches, type ExpectedStatistics, noStatistics } from './expectations.js';
import type { HMM } from './hmm.js';
import type { Observations } from './observations.js';

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
  checkStates(where, states, hmm.check(data), hmm.stateCount);
  const chain = [hmm.startProb.slice(), hmm.transMat.slice()] as const;
  hmm.prepare(data); // emissions may need to know where the data lies; the chain needs no random start
  hmm.startProb.set(chain[0]);
  hmm.transMat.set(chain[1]);
  const { start, transitions, ...rest } = countStates(hmm, data, states);
  finiteSums(where, rest.emission);
  const smooth = (count: number) => count + smoothing;
  hmm.maximise({ start: start.map(smooth), transitions: transitions.map(smooth), ...rest });
}

function countStates(hmm: HMM, data: Observations, states: ArrayLike<number>): ExpectedStatistics {
  const K = hmm.stateCount;
  const statistics = noStatistics(hmm);
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
  return statistics;
}

function checkStates(where: string, states: ArrayLike<number>, rows: number, K: number): void {
  if (states?.length !== rows)
    throw new ShapeError(where, `\`states\` must have a state for each of ${rows} rows, got ${show(states)}`);
  for (let row = 0; row < rows; row++) {
    if (Number.isInteger(states[row]) && states[row]! >= 0 && states[row]! < K) continue;
    throw new DataError(where, `row ${row}: ${show(states[row])} is no state from 0 to ${K - 1}`, {
      hint: 'where only some states are known, fit with `allowed: allowedStates(states, K)`',
    });
  }
}
