/** A writer at work: its state on the device, read back step by step and freed. */
import { dims, Pause, tidied } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { mapTensors, takeRows, tensorsOf } from './state-rows.js';
import type { Writer } from './writer.js';

/** What one step gave, on the host. */
export interface Readings {
  /** [N,V] */
  readonly logits: Float32Array;
  /** Where each row looked, [N,K], the mean over heads. */
  readonly weights?: Float32Array;
}

/** One run of a writer over N = rows·copies rows; `dispose` frees what is left. */
export class Run<S> {
  readonly #writer: Writer<S>;
  readonly #copies: number;
  readonly #pause = new Pause();
  #size: number;
  #state: S;
  #common: ReadonlySet<tf.Tensor>; // the same for all copies of a row

  constructor(writer: Writer<S>, copies: number) {
    this.#writer = writer;
    this.#copies = copies;
    this.#size = writer.rows * copies;
    this.#state = tidied(() => mapTensors(writer.start(copies), tf.clone));
    this.#common = new Set(tensorsOf(this.#state));
  }

  /** Row i goes on from row `from[i]` (fewer rows than before: the others are dropped) and reads `symbols[i]`. */
  async step(symbols: readonly number[], from: readonly number[]): Promise<Readings> {
    const { logits, weights, state } = tidied(() => this.#advance(symbols, from));
    this.#replace(state);
    this.#size = symbols.length;
    try {
      const turn = this.#pause.isDue() ? this.#pause.take() : undefined; // on cpu and wasm, reading does not wait for anything
      const [read, looked] = await Promise.all([logits.data(), weights?.data(), turn]);
      return { logits: new Float32Array(read), ...(looked && { weights: new Float32Array(looked) }) };
    } finally {
      tf.dispose([logits, ...(weights ? [weights] : [])]);
    }
  }

  dispose(): void {
    tf.dispose(tensorsOf(this.#state));
  }

  #advance(symbols: readonly number[], from: readonly number[]) {
    const { state, logits, weights } = this.#writer.step(tf.tensor1d([...symbols], 'int32'), this.#gathered(from));
    const N = symbols.length;
    dims('Writer.step', { logits: [logits, `${N} ${this.#writer.vocabularySize}`] });
    const own = tf.clone(logits); // what the writer keeps to itself stays its own
    if (!weights) return { state, logits: own };
    const heads = tf.reshape(weights, [N, weights.shape[0] / N, weights.shape[2]]); // a row's heads lie together
    return { state, logits: own, weights: tf.mean(heads, 1) };
  }

  #gathered(from: readonly number[]): S {
    if (from.length === this.#size && from.every((row, i) => row === i)) return this.#state;
    const block = (row: number) => Math.floor(row / this.#copies);
    const inBlocks = from.length === this.#size && from.every((row, i) => block(row) === block(i));
    const chosen = tf.tensor1d([...from], 'int32');
    const moved = new Map<tf.Tensor, tf.Tensor>(); // one tensor in two places stays one
    return mapTensors(this.#state, (tensor) => {
      if (inBlocks && this.#common.has(tensor)) return tensor;
      const now = moved.get(tensor) ?? takeRows(tensor, chosen, this.#size);
      if (this.#common.has(tensor)) this.#common = new Set([...this.#common, now]);
      moved.set(tensor, now);
      return now;
    });
  }

  #replace(state: S): void {
    const next = new Set(tensorsOf(state));
    for (const tensor of tensorsOf(this.#state)) if (!next.has(tensor)) tensor.dispose();
    this.#common = new Set([...this.#common].filter((tensor) => next.has(tensor)));
    this.#state = state;
  }
}
