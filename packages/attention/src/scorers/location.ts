/** Where to look, from the query alone. */
import type { Rng, Scorer } from '@seqloom/core';
import { count, dims, glorotUniform, knownOptions, Module, parameter, ShapeError } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { project } from '../project.js';

export interface LocationScoreOptions {
  querySize: number;
  /** How many keys a memory may have at most. */
  maxKeys: number;
  rng?: Rng;
}

/** Location (Luong) score: energies = W·query, one for each place; the keys are not read. query [B,Q,D], keys [B,K,·] → [B,Q,K]. Throws ShapeError when K > maxKeys. arXiv:1508.04025 */
export class LocationScore extends Module implements Scorer {
  readonly weight: tf.Variable<tf.Rank.R2>; // W [D,maxKeys]

  constructor(options: LocationScoreOptions) {
    super();
    knownOptions('LocationScore', options, ['querySize', 'maxKeys', 'rng']);
    const querySize = count('LocationScore', 'querySize', options.querySize);
    this.weight = parameter(
      [querySize, count('LocationScore', 'maxKeys', options.maxKeys)],
      glorotUniform,
      options.rng,
    );
  }

  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    const { K } = dims('LocationScore.prepare', { keys: [keys, 'B K D'] });
    const most = this.weight.shape[1];
    if (K > most) throw new ShapeError('LocationScore.prepare', `${K} keys, but the score has places for ${most}`);
    return keys;
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    const D = this.weight.shape[0];
    const { K } = dims('LocationScore.score', { query: [query, `B Q ${D}`], keys: [keys, 'B K E'] });
    return project(query, tf.slice(this.weight as tf.Tensor2D, [0, 0], [D, K]));
  }
}
