/** Paths drawn from the distribution of a chain: messages forward, draws backward (Carter & Kohn 1994). */
import { detach, type Rng } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import type { ChainPotentials } from './chain-potentials.js';
import { messages, transitionsInto } from './chain-sum.js';
import { drawIndices } from './draw-indices.js';
import { finiteChain } from './finite-chain.js';
import { impossible } from './impossible.js';
import { rowsOf } from './rows-of.js';
import { logSemiring } from './semirings/log.js';
import { timeSteps } from './time-steps.js';

/** n paths per sequence [B,n,T] int32, independent; −1 at masked steps, and everywhere where no path is possible. */
export function samplePaths(potentials: Required<ChainPotentials>, n: number, rng: Rng): tf.Tensor3D {
  return detach<tf.Tensor, tf.Tensor3D>(potentials.emission, () => drawBackward(potentials, n, rng));
}

function drawBackward(potentials: ChainPotentials, n: number, rng: Rng): tf.Tensor3D {
  const chain = finiteChain(potentials);
  const into = transitionsInto(chain);
  const sums = messages(logSemiring, chain);
  const [moves, real] = [timeSteps(chain.moves), timeSteps(chain.mask)];
  const [B, T, K] = chain.emission.shape;
  const ends = tf.add(sums.at(-1)!, tf.expandDims(chain.final, 0)); // [B,K]
  const none = tf.fill([B, n], -1, 'int32');
  const possible = tf.greater(tf.max(ends, 1, true), impossible / 2);
  let state = drawIndices(tf.add(tf.expandDims(ends, 1), tf.zeros([B, n, K])), rng); // [B,n]
  const path: tf.Tensor[] = [];
  for (let t = T - 1; t >= 0; t--) {
    path.unshift(tf.where(tf.logicalAnd(possible, tf.expandDims(real[t]!, 1)), state, none));
    if (t === 0) break;
    const drawn = drawIndices(tf.add(tf.expandDims(sums[t - 1]!, 1), rowsOf(into(t), state)), rng);
    state = tf.where(tf.expandDims(moves[t]!, 1), drawn, state);
  }
  return tf.stack(path, 2) as tf.Tensor3D;
}
