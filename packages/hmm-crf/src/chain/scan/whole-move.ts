/** Many steps as one move, with a gradient that keeps nothing but the steps: it goes up the tree once more, and down again. */
import * as tf from '@tensorflow/tfjs-core';
import { logProduct, logProductGradient } from './matrix-product.js';
import { pairsOf, reduceMoves } from './reduce-moves.js';
import { type Moves, type Steps, stepMatrices } from './step-matrices.js';

/** log Σ exp over all paths from each state before the steps to each state after them: [B,1,K·K], and its offset. */
export function wholeMove(steps: Steps): Moves {
  const [B, , K] = steps.emission.shape;
  const made = tf.customGrad((...args) => {
    const [transition, emission, moves, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([transition, emission, moves]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [transition, emission, moves] = saved as [Steps['transition'], tf.Tensor3D, tf.Tensor2D];
      return gradients({ transition, emission, moves }, tf.slice(dy, [0, 0, 0], [B, 1, K * K]));
    };
    return { value: packed({ transition, emission, moves } as Steps), gradFunc };
  })(steps.transition, steps.emission, steps.moves) as tf.Tensor3D;
  return {
    matrices: tf.slice(made, [0, 0, 0], [B, 1, K * K]),
    offset: tf.reshape(tf.slice(made, [0, 0, K * K], [B, 1, 1]), [B, 1]),
  };
}

/** [B,1,K·K+1]: the matrix, and the offset behind it. */
function packed(steps: Steps): tf.Tensor {
  return tf.tidy(() => {
    const { matrices, offset } = reduceMoves(logProduct, stepMatrices(steps)).at(-1)!;
    return tf.concat([matrices, tf.expandDims(offset, 2)], 2);
  });
}

/** Those of the transition, the emission and the moves (none), given that of the whole. Offsets are constants: what they take out of one place they put into another. */
function gradients(steps: Steps, dWhole: tf.Tensor): tf.Tensor[] {
  const { transition, emission, moves } = steps;
  const [B, n, K] = emission.shape;
  return tf.tidy(() => {
    const levels = reduceMoves(logProduct, stepMatrices(steps)).slice(0, -1);
    const dSteps = levels.reduceRight((d, level) => tf.tidy(() => halved(level, d)), dWhole);
    const dMatrices = tf.reshape(dSteps, [B, n, K, K]);
    const dMoves = tf.mul(dMatrices, tf.reshape(moves, [B, n, 1, 1]));
    const dTransition = transition.rank === 2 ? tf.sum(dMoves, [0, 1]) : dMoves;
    return [dTransition, tf.sum(dMatrices, 2), tf.zerosLike(moves)];
  });
}

/** From the gradient of joined moves to that of the moves they are made of. */
function halved(level: Moves, d: tf.Tensor): tf.Tensor {
  const [B, n, size] = level.matrices.shape;
  const K = Math.sqrt(size);
  const { left, right } = pairsOf(level);
  const N = left.shape[0];
  const matrices = (x: tf.Tensor) => tf.reshape<tf.Rank.R3>(x, [N, K, K]);
  const both = logProductGradient(matrices(left), matrices(right), matrices(d)).map((x) => tf.reshape(x, [N, size]));
  return tf.slice(tf.reshape(tf.concat(both, 1), [B, -1, size]), [0, 0, 0], [B, n, size]);
}
