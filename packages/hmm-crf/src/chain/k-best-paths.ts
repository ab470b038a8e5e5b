/** The k best paths: forward the k best scores into each state, backward the steps that make each of them. */
import { detach } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from './chain-potentials.js';
import { messages, transitionsInto } from './chain-sum.js';
import { finiteChain } from './finite-chain.js';
import { impossible } from './impossible.js';
import { rowsOf } from './rows-of.js';
import { kMaxSemiring } from './semirings/k-max.js';
import { timeSteps } from './time-steps.js';

/** The k best paths per sequence [B,k,T] int32, best first; −1 at masked steps. Behind the last possible one the paths are nonsense, and `possible` [B,k] is 0. */
export function kBestPaths(
  potentials: Required<ChainPotentials>,
  k: number,
): { paths: tf.Tensor3D; possible: tf.Tensor2D } {
  const both = detach<tf.Tensor, tf.Tensor3D>(potentials.emission, (emission) =>
    traceBack({ ...potentials, emission } as ChainPotentials, k),
  );
  const T = potentials.emission.shape[1];
  const [paths, possible] = tf.split(both, [T, 1], 2) as [tf.Tensor3D, tf.Tensor3D];
  return { paths, possible: tf.cast(tf.squeeze<tf.Tensor2D>(possible, [2]), 'bool') };
}

/** [B,k,T+1]: the paths, and behind them whether each is one. */
function traceBack(potentials: ChainPotentials, k: number): tf.Tensor3D {
  const chain = finiteChain(potentials);
  const into = transitionsInto(chain);
  const best = messages(kMaxSemiring(k), chain); // [B,K,m] each, m growing up to k
  const [moves, real] = [timeSteps(chain.moves), timeSteps(chain.mask)].map((steps) =>
    steps.map((step) => tf.expandDims(step, 1)),
  );
  const [B, T] = chain.mask.shape;
  const none = tf.fill([B, k], -1, 'int32');
  const ranks = tf.add(tf.zeros([B, 1], 'int32'), tf.range(0, k, 1, 'int32'));
  const ends = tf.add(best.at(-1)!, tf.reshape(chain.final, [1, -1, 1]));
  const last = atRank(tf.expandDims(ends, 1), ranks);
  const possible = tf.where(tf.any(chain.mask, 1, true), tf.greater(last.score(), impossible / 2), tf.equal(ranks, 0));
  let { state, rank } = last; // [B,k]
  const steps: tf.Tensor[] = [tf.cast(possible, 'int32')];
  for (let t = T - 1; t >= 0; t--) {
    steps.unshift(tf.where(real![t]!, state, none));
    if (t === 0) break;
    const from = atRank(tf.add(tf.expandDims(best[t - 1]!, 1), tf.expandDims(rowsOf(into(t), state), 3)), rank);
    state = tf.where(moves![t]!, from.state, state);
    rank = tf.where(moves![t]!, from.rank, rank);
  }
  return tf.stack(steps, 2) as tf.Tensor3D;
}

/** Of alternatives [B,1 or k,K,m] the one of the given rank [B,k] among all K·m: its state, its rank within the state, and its score, each [B,k]. */
export function atRank(
  alternatives: tf.Tensor,
  rank: tf.Tensor,
): { state: tf.Tensor; rank: tf.Tensor; score: () => tf.Tensor } {
  const [B, rows, K, m] = alternatives.shape as [number, number, number, number];
  const { values, indices } = tf.topk(tf.reshape(alternatives, [B, rows, K * m]), Math.min(rank.shape[1]!, K * m));
  const size = values.shape[2]!;
  const hit = tf.equal(tf.expandDims(tf.minimum(rank, size - 1), 2), tf.range(0, size, 1, 'int32')); // [B,k,size]
  const chosen = tf.sum(tf.mul(tf.cast(hit, 'int32'), indices), 2);
  const state = tf.floorDiv(chosen, tf.scalar(m, 'int32'));
  return {
    state,
    rank: tf.sub(chosen, tf.mul(state, tf.scalar(m, 'int32'))),
    score() {
      const found = tf.sum(tf.mul(tf.cast(hit, 'float32'), values), 2);
      return tf.where(tf.less(rank, size), found, tf.fill(found.shape, impossible));
    },
  };
}
