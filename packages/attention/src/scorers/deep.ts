/** A network of any depth looks at query and key. */
import type { Scorer } from '@seqloom/core';
import { dims, knownOptions, Module, OptionError, ShapeError, show } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';

export interface DeepScoreOptions {
  /** [N,D+E] → [N,1]: pairs of query and key to energies. A Module among its fields is trained and saved with the score. */
  network: { forward(pairs: tf.Tensor2D): tf.Tensor2D };
}

/** Deep score: energy = network([query; key]), for any Module. query [B,Q,D], keys [B,K,E] → [B,Q,K]; makes [B·Q·K,D+E]. Throws ShapeError. */
export class DeepScore extends Module implements Scorer {
  readonly network: DeepScoreOptions['network'];

  constructor(options: DeepScoreOptions) {
    super();
    knownOptions('DeepScore', options, ['network']);
    if (typeof options.network?.forward !== 'function') {
      throw new OptionError('DeepScore', `\`network\` must have forward, got ${show(options.network)}`);
    }
    this.network = options.network;
  }

  prepare(keys: tf.Tensor3D): tf.Tensor3D {
    return keys;
  }

  score(query: tf.Tensor3D, keys: tf.Tensor3D): tf.Tensor3D {
    const { B, Q, K, D, E } = dims('DeepScore.score', { query: [query, 'B Q D'], keys: [keys, 'B K E'] });
    const spread = (x: tf.Tensor, size: number) => tf.broadcastTo(x, [B, Q, K, size]);
    const pairs = [spread(tf.expandDims(query, 2), D), spread(tf.expandDims(keys, 1), E)];
    const energies = this.network.forward(tf.reshape(tf.concat(pairs, -1), [B * Q * K, D + E]));
    if (energies.size !== B * Q * K) {
      const problem = `\`network\` must make [${B * Q * K},1] of ${B * Q * K} pairs, got [${energies.shape}]`;
      throw new ShapeError('DeepScore.score', problem);
    }
    return tf.reshape(energies, [B, Q, K]);
  }
}
