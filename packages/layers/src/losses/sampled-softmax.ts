/** Softmax over large vocabularies that in training looks at a few sampled classes only. */
import type { Rng, Sequence } from '@seqloom/core';
import {
  asMask,
  count,
  defaultRng,
  dims,
  gatherRows,
  keepWhere,
  knownOptions,
  Module,
  normal,
  OptionError,
  parameter,
  zeros,
} from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { notEmpty } from '../sequence-shape.js';
import { maskedCrossEntropy } from './masked-cross-entropy.js';
import { realTargets } from './real-targets.js';
import { type ClassSampler, logUniformSampler } from './samplers.js';

export interface SampledSoftmaxOptions {
  inputSize: number;
  vocabularySize: number;
  /** How many classes each batch is compared with. */
  samples: number;
  /** `logUniformSampler` unless told: for ids sorted by falling frequency. */
  sampler?: ClassSampler;
  rng?: Rng;
}

const never = -1e30;

/**
 * An output layer with its loss: in training each target is compared with `samples` classes that the whole batch shares, their logits corrected by
 * how often they are sampled, and what is the target itself left out; with `train` and `fit`, on cpu and wasm, only those rows of the table are
 * updated. In evaluation the loss is that of all classes. arXiv:1412.2007
 */
export class SampledSoftmax extends Module {
  readonly inputSize: number;
  readonly vocabularySize: number;
  readonly samples: number;
  readonly weight: tf.Variable<tf.Rank.R2>;
  readonly bias: tf.Variable<tf.Rank.R1>;
  readonly #sampler: ClassSampler;
  readonly rng: Rng;

  constructor(options: SampledSoftmaxOptions) {
    super();
    const where = 'SampledSoftmax';
    knownOptions(where, options, ['inputSize', 'vocabularySize', 'samples', 'sampler', 'rng']);
    this.inputSize = count(where, 'inputSize', options.inputSize);
    this.vocabularySize = count(where, 'vocabularySize', options.vocabularySize);
    this.samples = count(where, 'samples', options.samples);
    if (this.samples > this.vocabularySize) {
      throw new OptionError(
        where,
        `\`samples\` is ${this.samples}, more than the vocabulary of ${this.vocabularySize}`,
      );
    }
    this.#sampler = options.sampler ?? logUniformSampler(this.vocabularySize);
    const drawn = this.#sampler.logMisses.length;
    if (drawn !== this.vocabularySize) {
      throw new OptionError(where, `\`sampler\` draws from ${drawn} classes, not from ${this.vocabularySize}`);
    }
    const { inputSize, vocabularySize, rng = defaultRng } = options;
    this.weight = parameter([vocabularySize, inputSize], normal(1 / Math.sqrt(inputSize)), rng);
    this.bias = parameter([vocabularySize], zeros, rng);
    this.rng = rng.split();
  }

  /** x [B,T,D] → the logits of all classes [B,T,V]. Throws ShapeError. */
  logits(x: tf.Tensor3D): tf.Tensor3D {
    const { B, T } = dims('SampledSoftmax.logits', { x: [x, `B T ${this.inputSize}`] }) as { B: number; T: number };
    const rows = tf.reshape(x, [B * T, this.inputSize]);
    const products = tf.matMul(rows, this.weight as tf.Tensor2D, false, true);
    return tf.reshape(tf.add(products, this.bias), [B, T, this.vocabularySize]);
  }

  /**
   * The mean loss over real positions: x [B,T,D] with its mask, targets [B,T] int32 → scalar, of sampled classes while training. Throws ShapeError,
   * and DataError on a target that is no class; in training on backends that cannot look without waiting (webgl, webgpu) the loss is NaN.
   */
  loss(x: Sequence, targets: tf.Tensor2D): tf.Scalar {
    const where = 'SampledSoftmax.loss';
    dims(where, {
      'x.values': [x?.values, `B T ${this.inputSize}`],
      'x.mask': [x?.mask, 'B T'],
      targets: [targets, 'B T'],
    });
    notEmpty(where, 'x.values', x.values);
    const mask = asMask(x.mask);
    if (!this.training) return maskedCrossEntropy(this.logits(keepWhere(mask, x.values)), targets, mask);
    const { classes, tries } = this.#sampler.draw(this.samples, this.rng);
    const drawn = tf.tensor1d(classes, 'int32');
    const { safe, penalty } = realTargets(where, targets, mask, this.vocabularySize); // [N]
    const rows = tf.reshape(keepWhere(mask, x.values), [-1, this.inputSize]) as tf.Tensor2D;
    const own = tf.add(tf.sum(tf.mul(rows, gatherRows(this.weight, safe)), 1), this.#offsets(safe, tries));
    const products = tf.matMul(rows, gatherRows(this.weight, drawn) as tf.Tensor2D, false, true);
    const hits = tf.cast(tf.equal(tf.expandDims(safe, 1), tf.expandDims(drawn, 0)), 'float32');
    const others = tf.add(tf.add(products, this.#offsets(drawn, tries)), tf.mul(hits, never)); // [N,S]
    const logits = tf.expandDims(tf.concat([tf.expandDims(own, 1), others], 1), 0) as tf.Tensor3D;
    const first = tf.zeros<tf.Rank.R2>([1, rows.shape[0]], 'int32');
    return tf.add(maskedCrossEntropy(logits, first, tf.reshape(mask, [1, rows.shape[0]])), penalty);
  }

  /** Biases of ids [n], less the logarithms of how many of each are to be expected among the sampled. */
  #offsets(ids: tf.Tensor1D, tries: number): tf.Tensor1D {
    const logMisses = tf.gather(tf.tensor1d(this.#sampler.logMisses), ids);
    const expected = tf.neg(tf.expm1(tf.mul(logMisses, tries)));
    return tf.sub(gatherRows(this.bias, ids), tf.log(expected)) as tf.Tensor1D;
  }
}
