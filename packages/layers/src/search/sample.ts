/** Decoding by drawing each symbol from what the model and the rules say. */
import { defaultRng, type Rng } from '@seqloom/core';
import type { Hypothesis } from './hypothesis.js';
import { logTotal } from './rule.js';
import { type Choice, writeRows } from './stream.js';
import type { Writer } from './writer.js';
import { checkWriting, type WritingOptions } from './writing-options.js';

export interface SampleOptions extends WritingOptions {
  rng?: Rng;
}

/**
 * A hypothesis for every row, each symbol drawn from the softmax of the scores after the rules (`temperature`, `topK`, `topP`, `minP`, `typical`…);
 * its log-probability is that of the draws. Each row has a random stream of its own. Throws OptionError, UndecodableError where the rules allow
 * nothing, UsageError when cancelled.
 */
export async function sample<S>(writer: Writer<S>, { rng, ...options }: SampleOptions): Promise<Hypothesis[]> {
  checkWriting('sample', options, [], writer);
  return writeRows('sample', writer, { ...options, choose: drawn(rng) });
}

/** For `stream`: draws from the softmax of the scores; each row from a stream split off `rng` when the row writes its first symbol. */
export function drawn(rng: Rng = defaultRng): Choice {
  const streams = new Map<number, Rng>();
  return (scores, row) => {
    const own = streams.get(row) ?? rng.split();
    streams.set(row, own);
    const total = logTotal(scores);
    for (let i = 0; i < scores.length; i++) scores[i]! -= total;
    return draw(scores, own.uniform());
  };
}

/** The symbol at which the cumulative probability passes `point` in [0,1). */
function draw(logProbabilities: Float32Array, point: number): number {
  let left = point;
  let last = 0;
  for (let i = 0; i < logProbabilities.length; i++) {
    if (logProbabilities[i] === -Infinity) continue;
    last = i; // rounding may leave a little
    left -= Math.exp(logProbabilities[i] as number);
    if (left < 0) return i;
  }
  return last;
}
