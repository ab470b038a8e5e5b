/** Decoding by taking the likeliest symbol at every step. */
import { count, dims, knownOptions, OptionError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { evaluating } from '../evaluating.js';
import type { Encoded, EncoderDecoder, SourceBatch } from './encoder-decoder.js';

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

/** Writes a transcript for every source of the batch, in evaluation mode; reads back at every step, asynchronously. */
export async function greedyDecode<E, D, Keys>(
  model: EncoderDecoder<E, D, Keys>,
  batch: SourceBatch,
  options: GreedyOptions,
): Promise<Transcript[]> {
  const { start, end, maxLength } = checked(options, model.target.vocabularySize);
  const { B, S } = dims('EncoderDecoder.greedy', { source: [batch.source, 'B S'] });
  const transcripts: Transcript[] = Array.from({ length: B }, () => ({ ids: [], weights: [] }));
  const ended = new Set<number>();
  const given = [batch.source, batch.sourceMask];
  let now: Now<D, Keys> = tidy(() => ({
    symbols: tf.fill([B], start, 'int32') as tf.Tensor1D,
    encoded: evaluating(model, () => model.encode(batch)),
  }));
  try {
    for (let t = 0; t < maxLength && ended.size < B; t++) {
      const next = tidy(() => evaluating(model, () => advance(model, now)));
      release(now, [...given, ...tensorsIn(next)]);
      now = next;
      const [ids, weights] = await Promise.all([next.symbols.data(), next.alignment.data()]);
      for (const [b, transcript] of transcripts.entries()) {
        if (ids[b] === end) ended.add(b);
        if (ended.has(b)) continue;
        transcript.ids.push(ids[b] as number);
        transcript.weights.push([...weights.subarray(b * S, (b + 1) * S)]);
      }
    }
  } finally {
    release(now, given);
  }
  return transcripts;
}

interface Now<D, Keys> {
  symbols: tf.Tensor1D;
  encoded: Encoded<D, Keys>;
  alignment?: tf.Tensor2D;
}

/** The likeliest next symbols [B], and the alignment [B,S] that led to them. */
function advance<E, D, Keys>(model: EncoderDecoder<E, D, Keys>, { symbols, encoded }: Now<D, Keys>) {
  const { logits, weights, state } = model.step(symbols, encoded);
  const heads = tf.reshape(weights, [symbols.shape[0], -1, weights.shape[2]]); // a sequence's heads lie together
  return {
    symbols: tf.argMax(logits, 1) as tf.Tensor1D,
    alignment: tf.mean(heads, 1) as tf.Tensor2D,
    encoded: { ...encoded, state },
  };
}

/** tf.tidy for any structure: what `f` returns lives on. */
function tidy<T extends object>(f: () => T): T {
  return tf.tidy(f as unknown as () => tf.TensorContainer) as T;
}

/** Frees the tensors of `container` except the ones to keep; parameters stay too. */
function release(container: object, keep: readonly unknown[]): void {
  for (const tensor of tensorsIn(container))
    if (!keep.includes(tensor) && !(tensor instanceof tf.Variable)) tensor.dispose();
}

function tensorsIn(container: object): tf.Tensor[] {
  return tf.tensor_util.getTensorsInContainer(container as tf.TensorContainer);
}

function checked(options: GreedyOptions, vocabularySize: number): GreedyOptions {
  const where = 'EncoderDecoder.greedy';
  knownOptions(where, options, ['start', 'end', 'maxLength']);
  count(where, 'maxLength', options.maxLength);
  for (const name of ['start', 'end'] as const) {
    if (count(where, name, options[name], 0) < vocabularySize) continue;
    throw new OptionError(where, `\`${name}\` must be an id below ${vocabularySize}, got ${options[name]}`);
  }
  return options;
}
