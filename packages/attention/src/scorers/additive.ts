/** The score of the first attention for translation: a network with one hidden layer looks at query and key. */
import type { Attributes, Op, Rng, Scorer } from '@seqloom/core';
import { count, defineOp, dims, glorotUniform, knownOptions, Module, parameter, zeros } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { project } from '../project.js';
import { additiveKernels } from './additive-kernels.js';

export interface AdditiveScoreOptions {
  querySize: number;
  keySize: number;
  /** U, the size of the hidden layer. */
  size: number;
  /** Adds a bias inside the tanh; the paper has none. */
  bias?: boolean;
  rng?: Rng;
}

/** query [B,Q,U] and keys [B,K,U], both projected, energy [U] → energies [B,Q,K] = Σ_u energy·tanh(query + key). */
export const additiveScore: Op<'query' | 'keys' | 'energy', Attributes> = defineOp({
  name: 'AdditiveScore',
  inputs: ['query', 'keys', 'energy'],
  composed: ({ query, keys, energy }) => {
    const { B, Q, K, U } = dims('AdditiveScore', {
      query: [query, 'B Q U'],
      keys: [keys, 'B K U'],
      energy: [energy, 'U'],
    });
    const hidden = tf.tanh(tf.add(tf.reshape(query, [B, Q, 1, U]), tf.reshape(keys, [B, 1, K, U]))); // [B,Q,K,U]
    const energies = tf.matMul(tf.reshape(hidden, [B * Q * K, U]), tf.reshape(energy, [U, 1]));
    return [tf.reshape(energies, [B, Q, K])];
  },
  fused: additiveKernels,
});

/** Additive (Bahdanau) score: energy = v·tanh(W·query + U·key + b). query [B,Q,D], keys [B,K,E] → [B,Q,K]. Throws ShapeError. arXiv:1409.0473 */
export class AdditiveScore extends Module implements Scorer {
  readonly query: tf.Variable<tf.Rank.R2>; // W_a [D,U]
  readonly key: tf.Variable<tf.Rank.R2>; // U_a [E,U]
  readonly bias: tf.Variable<tf.Rank.R1> | undefined; // b [U]
  readonly energy: tf.Variable<tf.Rank.R1>; // v [U]

  constructor(options: AdditiveScoreOptions) {
    super();
    knownOptions('AdditiveScore', options, ['querySize', 'keySize', 'size', 'bias', 'rng']);
    const { querySize, keySize, size, bias = false, rng } = options;
    for (const [name, value] of Object.entries({ querySize, keySize, size })) count('AdditiveScore', name, value);
    this.query = parameter([querySize, size], glorotUniform, rng);
    this.key = parameter([keySize, size], glorotUniform, rng);
    this.bias = bias ? parameter([size], zeros, rng) : undefined;
    this.energy = parameter([size], glorotUniform, rng);
  }

  /** keys [B,K,E] → U·key + b [B,K,U]. */
  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return prepareAdditive('AdditiveScore', this, keys);
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    return scoreAdditive('AdditiveScore', this, query, keys);
  }
}

/** keys [B,K,E] → U·key + b [B,K,U], for every scorer of this kind. */
export function prepareAdditive(
  where: string,
  { key, bias }: { key: tf.Tensor; bias?: tf.Tensor },
  keys: tf.Tensor3D,
): tf.Tensor3D {
  dims(`${where}.prepare`, { keys: [keys, `B K ${key.shape[0]}`] });
  return project(keys, key as tf.Tensor2D, bias as tf.Tensor1D | undefined);
}

/** As `scoreAdditive`, with `extra` [B,Q,K,U] added inside the tanh: every query has keys of its own. */
export function scoreAdditiveWith(
  extra: tf.Tensor4D,
  where: string,
  weights: { query: tf.Tensor; energy: tf.Tensor },
  query: tf.Tensor3D,
  keys: tf.Tensor3D,
): tf.Tensor3D {
  const [B, Q, K, U] = extra.shape;
  const [querySize] = weights.query.shape;
  dims(`${where}.score`, { query: [query, `${B} ${Q} ${querySize}`], keys: [keys, `${B} ${K} ${U}`] });
  const own = tf.reshape(tf.add(extra, tf.expandDims(keys, 1)), [B * Q, K, U]);
  const projected = tf.reshape(project(query, weights.query as tf.Tensor2D), [B * Q, 1, U]);
  const energies = additiveScore({ query: projected, keys: own, energy: weights.energy }, {})[0] as tf.Tensor3D;
  return tf.reshape(energies, [B, Q, K]);
}

/** query [B,Q,D] projected and compared with keys [B,K,U]: → energies [B,Q,K]. */
export function scoreAdditive(
  where: string,
  weights: { query: tf.Tensor; energy: tf.Tensor },
  query: tf.Tensor3D,
  keys: tf.Tensor3D,
): tf.Tensor3D {
  const [querySize, size] = weights.query.shape;
  dims(`${where}.score`, { query: [query, `B Q ${querySize}`], keys: [keys, `B K ${size}`] });
  const projected = project(query, weights.query as tf.Tensor2D);
  return additiveScore({ query: projected, keys, energy: weights.energy }, {})[0] as tf.Tensor3D;
}
