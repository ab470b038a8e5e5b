/** Viterbi as an op; composed, its traceback goes from the last real step to the first and asks for the best state to have come from. */
import { asMask, defineOp, detach, type Op, type Tensors } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { bestPathKernels, type ChainPart } from './chain-kernels.js';
import type { ChainPotentials } from './chain-potentials.js';
import { messages, transitionsInto } from './chain-sum.js';
import { finiteChain } from './finite-chain.js';
import { rowsOf } from './rows-of.js';
import { maxSemiring } from './semirings/max.js';
import { timeSteps } from './time-steps.js';

/** The potentials of a chain → the states of its best path [B,T] int32, −1 at masked steps; of equally good ones the lowest state wins, from the end on. */
export const linearChainBestPath: Op<ChainPart, Record<string, never>> = defineOp({
  name: 'LinearChainBestPath',
  inputs: ['initial', 'final', 'transition', 'emission', 'mask'],
  composed: (potentials: Tensors<ChainPart>) => [traceBack(potentials as unknown as ChainPotentials)],
  fused: bestPathKernels,
});

/** The best path [B,T] int32, −1 at masked steps; no gradient goes through it. Some path where none is possible. */
export function bestPath(potentials: Required<ChainPotentials>): tf.Tensor2D {
  return detach<tf.Tensor, tf.Tensor2D>(potentials.emission, (emission) => {
    const inputs = { ...potentials, emission, mask: asMask(potentials.mask) };
    return linearChainBestPath(inputs, {})[0] as tf.Tensor2D;
  });
}

function traceBack(potentials: ChainPotentials): tf.Tensor2D {
  const chain = finiteChain(potentials);
  const best = messages(maxSemiring, chain);
  const into = transitionsInto(chain);
  const [moves, real] = [timeSteps(chain.moves), timeSteps(chain.mask)];
  let state = tf.argMax(tf.add(best.at(-1)!, tf.expandDims(chain.final, 0)), 1) as tf.Tensor1D;
  const none = tf.fill(state.shape, -1, 'int32');
  const path: tf.Tensor[] = [];
  for (let t = best.length - 1; t >= 0; t--) {
    path.unshift(tf.where(real[t]!, state, none));
    if (t === 0) break;
    const scores = tf.add(best[t - 1]!, rowsOf(into(t), state));
    state = tf.where(moves[t]!, tf.argMax(scores, 1), state) as tf.Tensor1D;
  }
  return tf.stack(path, 1) as tf.Tensor2D;
}
