/** Observations that are one of V symbols. */
import { count, dims, knownOptions, logSumExp, Module, normal, parameter, type Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { checkIndices } from '../../chain/check-indices.js';
import { drawIndices } from '../../chain/draw-indices.js';
import type { Emission } from './emission.js';
import { logProbabilities } from './log-probabilities.js';

/** Either the probabilities to start from, a row per state, or sizes for a random start. */
export type CategoricalEmissionOptions = GivenTable | RandomTable;
type GivenTable = { emissionProb: readonly (readonly number[])[] };
type RandomTable = { stateCount: number; symbolCount: number; rng?: Rng };

const where = 'CategoricalEmission';

/** A categorical distribution over symbols 0…V−1 per state; a probability of 0 stays 0. */
export class CategoricalEmission extends Module implements Emission<tf.Tensor2D> {
  readonly stateCount: number;
  readonly symbolCount: number;
  readonly logits: tf.Variable<tf.Rank.R2>; // [K,V]

  constructor(options: CategoricalEmissionOptions) {
    super();
    this.logits = 'emissionProb' in options ? givenLogits(options) : randomLogits(options);
    [this.stateCount, this.symbolCount] = this.logits.shape;
  }

  /** p(symbol | state): [K,V]. */
  get emissionProb(): tf.Tensor2D {
    return tf.softmax(this.logits);
  }

  /** symbols [B,T] int32 → [B,T,K]. Throws a DataError on a symbol outside 0…V−1, where the backend sees it (cpu, wasm). */
  logProbability(symbols: tf.Tensor2D): tf.Tensor3D {
    dims(`${where}.logProbability`, { symbols: [symbols, 'B T'] });
    return tf.tidy(() => {
      const ids = tf.cast(symbols, 'int32');
      checkIndices(`${where}.logProbability`, 'symbol', ids, this.symbolCount);
      const table = tf.transpose(tf.sub(this.logits, logSumExp(this.logits, -1, true))); // [V,K]
      return tf.gather(table, ids) as tf.Tensor3D;
    });
  }

  /** states [B,T] → symbols [B,T] int32. */
  sample(states: tf.Tensor2D, rng: Rng): tf.Tensor2D {
    return tf.tidy(() => drawIndices(tf.gather(this.logits as tf.Tensor, states), rng) as tf.Tensor2D);
  }
}

function givenLogits(options: GivenTable): tf.Variable<tf.Rank.R2> {
  knownOptions(where, options, ['emissionProb']);
  const rows = options.emissionProb;
  const shape = [
    count(where, 'emissionProb.length', rows.length),
    count(where, 'emissionProb[0].length', rows[0]!.length),
  ];
  return parameter(shape, () => logProbabilities(where, 'emissionProb', rows, shape));
}

function randomLogits(options: RandomTable): tf.Variable<tf.Rank.R2> {
  knownOptions(where, options, ['stateCount', 'symbolCount', 'rng']);
  const { stateCount, symbolCount, rng } = options;
  return parameter(
    [count(where, 'stateCount', stateCount), count(where, 'symbolCount', symbolCount)],
    normal(0.5),
    rng,
  );
}
