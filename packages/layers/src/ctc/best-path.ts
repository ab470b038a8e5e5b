/** Greedy CTC decoding: the most probable class of each frame, without repetitions and blanks; of whole batches, or frame by frame. */
import type { Sequence } from '@seqloom/core';
import { count, dims, knownOptions, UsageError } from '@seqloom/core';
import type * as tf from '@tensorflow/tfjs-core';
import { blankOf } from './ctc-loss.js';
import { type CTCSpan, logProbabilities, readFrames } from './frames.js';

/** What a decoder found in a row: labels, where each of them is, and the logarithm of how probable that is. */
export interface CTCTranscript {
  readonly labels: readonly number[];
  readonly spans: readonly CTCSpan[];
  readonly score: number;
}

/**
 * The labels along each row's best path, whose log-probability is the score: logits [B,T,V] with their mask [B,T] → B transcripts.
 * Throws ShapeError, OptionError, and DataError where a real frame has a NaN.
 */
export async function ctcGreedyDecode(logits: Sequence, options: { blank?: number } = {}): Promise<CTCTranscript[]> {
  knownOptions('ctcGreedyDecode', options, ['blank']);
  const { rows, blank } = await readFrames('ctcGreedyDecode', logits, options.blank);
  return rows.map(({ logs, places }) => {
    const path = new BestPath(blank);
    for (const [k, frame] of logs.entries()) path.push(frame, places[k]!);
    return path.transcript();
  });
}

/** Greedy decoding of frames as they come, `batch` rows side by side: what `step` returns in turn is what `ctcGreedyDecode` returns of all at once. */
export class CTCGreedyStream {
  readonly #blank: number | undefined;
  #paths: BestPath[];
  #time = 0;

  constructor({ batch = 1, blank }: { batch?: number; blank?: number } = {}) {
    const rows = count('CTCGreedyStream', 'batch', batch);
    this.#blank = blank;
    this.#paths = Array.from({ length: rows }, () => new BestPath(blank ?? 0));
  }

  /** The next frame's logits [B,V] → for each row the label that begins in it, if any. One step at a time: await each. */
  async step(logits: tf.Tensor2D): Promise<(number | undefined)[]> {
    const where = 'CTCGreedyStream.step';
    const { V } = dims(where, { logits: [logits, `${this.#paths.length} V`] }) as { V: number };
    blankOf(where, this.#blank, V);
    const time = this.#time++;
    const values = await logits.data<'float32'>();
    if (this.#time !== time + 1) throw new UsageError(where, 'the step before has not ended: await it');
    const frames = this.#paths.map((_, b) =>
      logProbabilities(where, values.subarray(b * V, (b + 1) * V), `sequence ${b}, step ${time}`),
    );
    return this.#paths.map((path, b) => path.push(frames[b]!, time));
  }

  /** What was found so far. */
  transcripts(): CTCTranscript[] {
    return this.#paths.map((path) => path.transcript());
  }
}

class BestPath {
  readonly #blank: number;
  #last: number;
  #score = 0;
  readonly #labels: number[] = [];
  readonly #spans: CTCSpan[] = [];

  constructor(blank: number) {
    this.#blank = blank;
    this.#last = blank;
  }

  /** Takes a frame; returns the label that begins in it. */
  push(logs: Float64Array, place: number): number | undefined {
    const best = logs.reduce((top, x, v) => (x > logs[top]! ? v : top), 0);
    const continues = best === this.#last;
    const score = logs[best]!;
    this.#score += score;
    this.#last = best;
    if (best === this.#blank) return undefined;
    const span = continues ? this.#spans.pop()! : { start: place, score: 0 };
    this.#spans.push({ start: span.start, end: place + 1, score: span.score + score });
    if (continues) return undefined;
    this.#labels.push(best);
    return best;
  }

  transcript(): CTCTranscript {
    return { labels: [...this.#labels], spans: [...this.#spans], score: this.#score };
  }
}
