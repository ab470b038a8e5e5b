/** An encoder–decoder's greedy transcripts. */
import { greedy } from '../search/greedy.js';
import type { Writer } from '../search/writer.js';

export interface GreedyOptions {
  /** The id that the decoder reads first. */
  start: number;
  /** The id that ends a row. */
  end: number;
  /** The most symbols to write. */
  maxLength: number;
}

/** What was written for one source. */
export interface Transcript {
  /** The symbols, without start and end. */
  ids: number[];
  /** For each symbol, how much the decoder looked at each of the S source positions (the mean over heads). */
  weights: number[][];
}

/** The transcripts of a writer's rows. */
export async function greedyTranscripts<S>(writer: Writer<S>, options: GreedyOptions): Promise<Transcript[]> {
  const found = await greedy(writer, options);
  return found.map(({ ids, weights }) => ({
    ids: [...ids],
    weights: weights.slice(0, ids.length).map((row) => [...row]),
  }));
}
