/** Filters, some of them made by the query, look at the last alignment. */
import type { Alignment, Rng, Scorer } from '@seqloom/core';
import { count, dims, glorotUniform, knownOptions, Module, OptionError, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { weightsBefore } from '../first-key.js';
import { project } from '../project.js';
import { firstReal } from '../real-keys.js';

export interface DynamicConvolutionScoreOptions {
  querySize: number;
  /** U, the size of the hidden layers. */
  size: number;
  /** How many filters of each kind; 8 unless told. */
  filters?: number;
  /** How many keys each sees, an odd number; 21 unless told. */
  width?: number;
  rng?: Rng;
}

/**
 * Dynamic convolution attention: energy = v·tanh(U·f + T·g + b) + log p, where f are static filters of the weights of the step before, g filters that the query makes
 * (V·tanh(W·query + c)), and p a fixed filter that says how far attention goes in one step: a beta-binomial over 0 to 10 keys (α = 0.1, β = 0.9).
 * It compares no content: the keys are not read. query [B,Q,D], keys [B,K,·] → [B,Q,K]. Throws ShapeError. arXiv:1910.10288
 */
export class DynamicConvolutionScore extends Module implements Scorer {
  readonly width: number;
  readonly filters: number;
  readonly staticFilter: tf.Variable<tf.Rank.R2>; // [width,filters]
  readonly staticFeature: tf.Variable<tf.Rank.R2>; // U [filters,U]
  readonly query: tf.Variable<tf.Rank.R2>; // W [D,U]
  readonly queryBias: tf.Variable<tf.Rank.R1>; // c [U]
  readonly dynamicFilter: tf.Variable<tf.Rank.R2>; // V [U,width·filters]
  readonly dynamicFeature: tf.Variable<tf.Rank.R2>; // T [filters,U]
  readonly bias: tf.Variable<tf.Rank.R1>; // b [U]
  readonly energy: tf.Variable<tf.Rank.R2>; // v [U,1]

  constructor(options: DynamicConvolutionScoreOptions) {
    super();
    knownOptions(where, options, ['querySize', 'size', 'filters', 'width', 'rng']);
    const { querySize, size, filters = 8, width = 21, rng } = options;
    for (const [name, value] of Object.entries({ querySize, size, filters, width })) count(where, name, value);
    if (width % 2 === 0) throw new OptionError(where, `\`width\` must be odd, got ${width}`);
    this.width = width;
    this.filters = filters;
    const weight = (from: number, to: number) => parameter<tf.Rank.R2>([from, to], glorotUniform, rng);
    this.staticFilter = weight(width, filters);
    this.staticFeature = weight(filters, size);
    this.query = weight(querySize, size);
    this.queryBias = parameter([size], zeros, rng);
    this.dynamicFilter = weight(size, width * filters);
    this.dynamicFeature = weight(filters, size);
    this.bias = parameter([size], zeros, rng);
    this.energy = weight(size, 1);
  }

  /** keys [B,K,·] → where attention begins, [B,1,K]. */
  prepare(keys: tf.Tensor3D, mask?: tf.Tensor2D): tf.Tensor3D {
    return firstReal(keys, mask);
  }

  score(query: tf.Tensor3D, first: tf.Tensor3D, previous?: Alignment): tf.Tensor3D {
    const D = this.query.shape[0];
    const { B, Q, K } = dims(`${where}.score`, { query: [query, `B Q ${D}`], keys: [first, 'B 1 K'] });
    const before = weightsBefore(previous, [B, Q, K], first);
    const around = neighbours(before, (this.width - 1) / 2, (this.width - 1) / 2); // [B·Q,K,width]
    const hidden = tf.tanh(project(query, this.query as tf.Tensor2D, this.queryBias as tf.Tensor1D));
    const own = project(hidden, this.dynamicFilter as tf.Tensor2D);
    const dynamic = tf.matMul<tf.Tensor3D>(around, tf.reshape(own, [B * Q, this.width, this.filters]));
    const fixed = project(around, this.staticFilter as tf.Tensor2D);
    const features = tf.add<tf.Tensor3D>(
      project(fixed, this.staticFeature as tf.Tensor2D, this.bias as tf.Tensor1D),
      project(dynamic, this.dynamicFeature as tf.Tensor2D),
    );
    const energies = project(tf.tanh(features), this.energy as tf.Tensor2D);
    return tf.add(tf.reshape(energies, [B, Q, K]), logPrior(before));
  }
}

const where = 'DynamicConvolutionScore';

/** Each key with those around it: weights [B,Q,K] → [B·Q,K,before + 1 + after], 0 beyond the ends. */
function neighbours(weights: tf.Tensor3D, before: number, after: number): tf.Tensor3D {
  const [B, Q, K] = weights.shape;
  const wide = tf.pad(tf.reshape(weights, [B * Q, K]), [
    [0, 0],
    [before, after],
  ]);
  const shifted = Array.from({ length: before + 1 + after }, (_, i) => tf.slice(wide, [0, i], [B * Q, K]));
  return tf.stack(shifted, 2) as tf.Tensor3D;
}

/** log of how likely each key is the next, wherever attention was; nothing is less likely than 1e-6, as in the paper. */
function logPrior(weights: tf.Tensor3D): tf.Tensor3D {
  const [B, Q, K] = weights.shape;
  const reach = advance.length - 1;
  const reached = project(neighbours(weights, reach, 0), tf.tensor2d([...advance].reverse(), [reach + 1, 1]));
  return tf.log(tf.maximum(tf.reshape(reached, [B, Q, K]), 1e-6));
}

/** p(n keys further), n = 0 … 10: beta-binomial with α = 0.1, β = 0.9. */
const advance: readonly number[] = betaBinomial(10, 0.1, 0.9);

/** Each probability from the one before: p(k+1)/p(k) = (n−k)(k+α) / ((k+1)(n−k−1+β)). */
function betaBinomial(n: number, alpha: number, beta: number): number[] {
  const shares = [1];
  for (let k = 0; k < n; k++) shares.push((shares[k]! * (n - k) * (k + alpha)) / ((k + 1) * (n - k - 1 + beta)));
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}
