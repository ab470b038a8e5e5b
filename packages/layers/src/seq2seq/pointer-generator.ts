/** A network that writes and can copy from its source. */
import {
  asMask,
  count,
  DataError,
  dims,
  knownOptions,
  logSumExp,
  Module,
  OptionError,
  type Rng,
  within,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { evaluating } from '../evaluating.js';
import { Linear } from '../linear.js';
import { canLook } from '../losses/real-targets.js';
import { repeatRows } from '../search/state-rows.js';
import type { Writer } from '../search/writer.js';
import { coverageLoss, meanOfHeads } from './coverage-loss.js';
import { type SourceBatch, type TranslationBatch, taught } from './translation-batch.js';
import type { Decoded, DecodedStep, Translator } from './translator.js';

/** Sources, and what each of their symbols is called on the target side: ids of the target vocabulary, or behind it for words it lacks (ExtendedVocabulary). */
export interface CopySources extends SourceBatch {
  copies: tf.Tensor2D; // [B,S] int32
  /** How many symbols there are in all, V or more. */
  extendedSize: number;
}

/** `target` may have symbols behind the vocabulary too, where the row's source has them. */
export interface CopyBatch extends CopySources, TranslationBatch {}

export interface PointerGeneratorOptions<State> {
  /** What writes and looks: an EncoderDecoder, a Transformer. */
  model: Translator<State>;
  /** The target id that the decoder reads in place of symbols behind its vocabulary. */
  unknown: number;
  /** How much of the coverage loss is added to the loss; 0 unless told. */
  coverage?: number;
  /** The share of each target that the loss spreads over what the vocabulary generates while training; 0 unless told. arXiv:1512.00567 */
  labelSmoothing?: number;
  rng?: Rng;
}

/**
 * Pointer-generator (arXiv:1704.04368): P(w) = p·P_vocabulary(w) + (1 − p)·Σ a_i over the source positions i that hold w, with a the attention and
 * p = σ(W[output; x] + b) from the decoder's output (a function of its state and context) and what it read. With several heads, a is their mean; a Transformer's
 * is that of its last block. Searches run over V and the copied words.
 */
export class PointerGenerator<State> extends Module {
  readonly model: Translator<State>;
  readonly generate: Linear; // [output; x] → the logit of p
  readonly unknown: number;
  readonly coverage: number;
  readonly labelSmoothing: number;

  constructor(options: PointerGeneratorOptions<State>) {
    super();
    knownOptions('PointerGenerator', options, ['model', 'unknown', 'coverage', 'labelSmoothing', 'rng']);
    const { model, unknown, coverage = 0, labelSmoothing = 0, rng } = options;
    this.model = translator(model);
    this.unknown = count('PointerGenerator', 'unknown', unknown, 0);
    if (unknown >= this.#V) throw new OptionError('PointerGenerator', `\`unknown\` must be an id below ${this.#V}`);
    this.coverage = within('PointerGenerator', 'coverage', coverage, 0);
    this.labelSmoothing = within('PointerGenerator', 'labelSmoothing', labelSmoothing, 0, 1);
    this.generate = new Linear({ inputSize: model.decoder.outputSize + model.target.size, outputSize: 1, rng });
  }

  /**
   * Mean of −log P of every symbol of `target` after the first, and `coverage` times the coverage loss → scalar. Throws DataError on a target that
   * is neither in the vocabulary nor in its source; on backends that cannot look without waiting (webgl, webgpu), the loss is NaN.
   */
  loss(batch: CopyBatch): tf.Scalar {
    const { given, next, mask } = taught('PointerGenerator.loss', batch);
    this.#check('PointerGenerator.loss', batch);
    const decoded = this.model.decode({ ...given, target: this.#readable(given.target) });
    const weights = meanOfHeads(decoded.weights, next.shape[0]);
    const source = holds(batch, next);
    const penalty = writable(
      'PointerGenerator.loss',
      tf.logicalOr(isBelow(next, this.#V), tf.any<tf.Tensor>(source, 2)),
      mask,
    );
    const real = tf.cast(mask, 'float32');
    const said = this.#smoothed(this.#logProbability(decoded, weights, source, next), decoded.logits);
    const loss = tf.sub(penalty, tf.div(tf.sum(tf.mul(said, real)), tf.maximum(tf.sum(real), 1))) as tf.Scalar;
    return this.coverage === 0 ? loss : tf.add(loss, tf.mul(coverageLoss(weights, mask), this.coverage));
  }

  /** For any search, over `extendedSize` symbols: the encoder runs once, when the search starts. */
  writer(batch: CopySources): Writer<{ inner: State; copies: tf.Tensor2D }> {
    this.#check('PointerGenerator.writer', batch);
    const inner = this.model.writer(batch);
    return {
      vocabularySize: batch.extendedSize,
      rows: inner.rows,
      start: (times) => ({
        inner: inner.start(times),
        copies: repeatRows(tf.cast(batch.copies, 'int32') as tf.Tensor2D, inner.rows, times),
      }),
      step: (symbols, state) =>
        evaluating(this, () => {
          const next = this.model.step(this.#readable(symbols), state.inner);
          const logits = this.#mixed(next, state.copies, batch.extendedSize);
          return { logits, weights: next.weights, state: { ...state, inner: next.state } };
        }),
    };
  }

  get #V(): number {
    return this.model.target.vocabularySize;
  }

  /** What the decoder can read: `unknown` in place of what is behind its vocabulary. */
  #readable<T extends tf.Tensor>(symbols: T): T {
    const unknown = tf.scalar(this.unknown, 'int32');
    return tf.where(isBelow(symbols, this.#V), tf.cast<tf.Tensor>(symbols, 'int32'), unknown) as T;
  }

  #gate(output: tf.Tensor, read: tf.Tensor): tf.Tensor {
    return this.generate.forward(tf.concat([output, read], -1) as tf.Tensor2D);
  }

  /** log P of the symbols next [B,T] that stand at the source positions `source` [B,T,S] → [B,T]. */
  #logProbability({ logits, output, read }: Decoded, weights: tf.Tensor3D, source: tf.Tensor, next: tf.Tensor2D) {
    const gate = tf.squeeze(this.#gate(output, read), [2]);
    const chosen = tf.equal(tf.expandDims(next, 2), tf.range(0, this.#V, 1, 'int32')); // [B,T,V]
    const generated = tf.sub(tf.sum(tf.mul(logits, tf.cast(chosen, 'float32')), 2), logSumExp(logits));
    const known = tf.cast(isBelow(next, this.#V), 'float32');
    const vocabulary = tf.add(tf.mul(generated, known), tf.mul(tf.sub(known, 1), never));
    const copied = tf.sum(tf.mul(weights, tf.cast(source, 'float32')), 2);
    const copy = tf.log(tf.maximum(copied, tiny));
    return logSumExp(tf.stack([tf.add(logSigmoid(gate), vocabulary), tf.add(logSigmoid(tf.neg(gate)), copy)], 2));
  }

  /** In training, some of each log P [B,T] given over to the mean of what the vocabulary's symbols have, before they are mixed with copies. */
  #smoothed(said: tf.Tensor, logits: tf.Tensor3D): tf.Tensor {
    if (!this.training || this.labelSmoothing === 0) return said;
    const spread = tf.sub(tf.mean(logits, 2), logSumExp(logits));
    return tf.add(tf.mul(said, 1 - this.labelSmoothing), tf.mul(spread, this.labelSmoothing));
  }

  /** log P of all symbols [N,extendedSize] after a step; copies [N,S]. */
  #mixed(
    { logits, output, read, weights }: DecodedStep<State>,
    copies: tf.Tensor2D,
    extendedSize: number,
  ): tf.Tensor2D {
    const [N, S] = copies.shape;
    const gate = this.#gate(output, read); // [N,1]
    const share = tf.sigmoid(gate);
    const looked = tf.mul(tf.squeeze(meanOfHeads(weights, N), [1]), tf.sigmoid(tf.neg(gate))); // [N,S]
    const row = tf.tile(tf.reshape(tf.range(0, N, 1, 'int32'), [N, 1]), [1, S]);
    const places = tf.stack([tf.reshape(row, [-1]), tf.reshape(copies, [-1])], 1);
    const copied = tf.scatterND(places, tf.reshape(looked, [-1]), [N, extendedSize]); // what stands twice adds up
    const generated = tf.mul(tf.softmax(logits), share);
    return tf.log(
      tf.add(
        tf.pad(generated, [
          [0, 0],
          [0, extendedSize - this.#V],
        ]),
        copied,
      ),
    ) as tf.Tensor2D;
  }

  #check(where: string, { source, copies, extendedSize }: CopySources): void {
    dims(where, { source: [source, 'B S'], copies: [copies, 'B S'] });
    count(where, 'extendedSize', extendedSize, this.#V);
    if (!canLook()) return;
    const wrong = tf.tidy(() =>
      tf.any(tf.logicalOr(tf.less(copies, 0), tf.greaterEqual(copies, extendedSize))).dataSync(),
    );
    if (wrong[0]) throw new DataError(where, `\`copies\` must be whole numbers from 0 to ${extendedSize - 1}`);
  }
}

const never = 1e9; // taken off the logarithm of what the vocabulary lacks
const tiny = 1e-30;

function translator<State>(model: Translator<State>): Translator<State> {
  const does = (name: 'decode' | 'step' | 'writer') => typeof model[name] === 'function';
  if (model instanceof Module && does('decode') && does('step') && does('writer')) return model;
  throw new OptionError('PointerGenerator', '`model` must be an EncoderDecoder, a Transformer, or another Translator');
}

/** tf.logSigmoid reads a tensor on the way back that a tidy has freed. */
function logSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.neg(tf.softplus(tf.neg(x)));
}

/** Which source positions hold the symbols next [B,T] → [B,T,S]. */
function holds({ source, sourceMask, copies }: CopyBatch, next: tf.Tensor2D): tf.Tensor {
  const same = tf.equal(tf.expandDims(tf.cast(next, 'int32'), 2), tf.expandDims(tf.cast(copies, 'int32'), 1));
  return tf.logicalAnd(same, tf.expandDims(asMask(sourceMask ?? tf.onesLike(source)), 1));
}

/** 0, or where a real symbol can be neither generated nor copied a DataError, or NaN. */
function writable(where: string, possible: tf.Tensor, mask: tf.Tensor2D): tf.Scalar {
  const wrong = tf.any(tf.logicalAnd(asMask(mask), tf.logicalNot(possible)));
  if (canLook() && wrong.dataSync()[0])
    throw new DataError(where, '`target` has a symbol that is neither in the vocabulary nor in its source');
  return tf.where(wrong, tf.scalar(Number.NaN), tf.scalar(0)) as tf.Scalar;
}

function isBelow(ids: tf.Tensor, size: number): tf.Tensor {
  return tf.logicalAnd(tf.greaterEqual(ids, 0), tf.less(ids, size));
}
