/** The frames of a batch as decoders read them: log-probabilities in float64, real frames only. */
import type { Sequence } from '@seqloom/core';
import { asMask, DataError } from '@seqloom/core';
import { sequenceShape } from '../sequence-shape.js';
import { blankOf } from './ctc-loss.js';

/** One row: its real frames' log-probabilities [V] and where each stands in the batch. */
export interface Frames {
  readonly logs: readonly Float64Array[];
  readonly places: readonly number[];
}

/** Where a label is spoken or written: frames `start` to `end`, without the last, and the sum of its log-probabilities there. */
export interface CTCSpan {
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** Reads logits [B,T,V]. Throws ShapeError, OptionError for the blank, and DataError where a real frame has a NaN or nothing but −∞. */
export async function readFrames(
  where: string,
  logits: Sequence,
  blank: number | undefined,
): Promise<{ rows: Frames[]; blank: number; V: number }> {
  const { B, T, D: V } = sequenceShape(where, logits);
  const id = blankOf(where, blank, V);
  const mask = asMask(logits.mask);
  const [values, real] = await Promise.all([logits.values.data<'float32'>(), mask.data()]);
  if (mask !== logits.mask) mask.dispose();
  const rows = Array.from({ length: B }, (_, b) => {
    const places = Array.from({ length: T }, (_, t) => t).filter((t) => real[b * T + t]);
    const frame = (t: number) => values.subarray((b * T + t) * V, (b * T + t + 1) * V);
    return { places, logs: places.map((t) => logProbabilities(where, frame(t), `sequence ${b}, step ${t}`)) };
  });
  return { rows, blank: id, V };
}

/** log softmax of one frame. Throws DataError where it is none. */
export function logProbabilities(where: string, logits: ArrayLike<number>, place: string): Float64Array {
  const out = Float64Array.from(logits);
  let top = -Infinity;
  for (const x of out) top = x > top || Number.isNaN(x) ? x : top;
  if (!Number.isFinite(top)) {
    const problem = Number.isNaN(top) ? 'a logit is NaN' : `the largest logit is ${top}`;
    throw new DataError(where, `${problem} at ${place}`, {
      hint: 'decode what the network gives for real, finite frames',
    });
  }
  let sum = 0;
  for (const x of out) sum += Math.exp(x - top);
  const total = top + Math.log(sum);
  for (let v = 0; v < out.length; v++) out[v]! -= total;
  return out;
}

/** log(e^a + e^b). */
export function logAdd(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === -Infinity ? top : top + Math.log1p(Math.exp(Math.min(a, b) - top));
}
