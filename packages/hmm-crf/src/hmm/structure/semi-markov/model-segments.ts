/** A model as inference over segments sees it, and sequences drawn from it. */
import type { Rng } from '@seqloom/core/rng';
import { drawIndex } from '../../distributions.js';
import type { Emission } from '../../emissions/emission.js';
import { eachSequence, type Observations } from '../../observations.js';
import type { Drawn } from '../../sample.js';
import type { Duration } from '../durations/duration.js';
import { type SegmentScores, segmentScores } from './segment-scores.js';
import { durationWeights, type SemiMarkovChain } from './semi-markov-chain.js';

/** Probabilities of segments and of what they emit. */
export interface SegmentModel {
  readonly emission: Emission;
  readonly duration: Duration;
  /** [K] */
  readonly startProb: Float64Array;
  /** [K,K] */
  readonly transMat: Float64Array;
}

/** The log probabilities of a model's segments. */
export function chainOf({ emission: { stateCount }, duration, startProb, transMat }: SegmentModel): SemiMarkovChain {
  const { maximum } = duration;
  const logDuration = new Float64Array(stateCount * maximum);
  duration.logProbability(logDuration);
  return {
    ...{ stateCount, maximum, ...durationWeights(logDuration, maximum) },
    logStart: startProb.map(Math.log),
    logTransition: transMat.map(Math.log),
  };
}

/** The scores of each sequence, its rows, and the number of its first row. */
export function* eachScores(
  { emission }: SegmentModel,
  data: Observations,
): Generator<{ start: number; rows: Float64Array; scores: SegmentScores }> {
  for (const { start, rows } of eachSequence(data)) {
    const logEmission = new Float64Array((rows.length / data.width) * emission.stateCount);
    emission.logProbability(rows, logEmission);
    yield { start, rows, scores: segmentScores(logEmission, emission.stateCount) };
  }
}

/** One sequence of `length` steps; its last segment is cut at the end. */
export function drawSegments(model: SegmentModel, length: number, rng: Rng): Drawn {
  const { emission, startProb, transMat } = model;
  const [K, D] = [emission.stateCount, emission.width];
  const { lasting } = chainOf(model);
  const states = new Int32Array(length);
  const values = new Float64Array(length * D);
  let state = drawIndex(startProb, rng);
  for (let t = 0; t < length; ) {
    const end = t + 1 + drawIndex(lasting[state]!.p, rng);
    for (; t < Math.min(end, length); t++) {
      states[t] = state;
      emission.sample(state, rng, values.subarray(t * D, (t + 1) * D));
    }
    state = drawIndex(transMat.subarray(state * K, (state + 1) * K), rng);
  }
  return { states, observations: { values, width: D, lengths: [length] } };
}
