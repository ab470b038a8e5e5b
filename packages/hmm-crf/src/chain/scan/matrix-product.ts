/** Products of many small matrices over the log and the max semiring, a block of them at a time. */
import * as tf from '@tensorflow/tfjs-core';

/** a [N,K,K], b [N,K,K] → [N,K,K] */
export type MatrixProduct = (a: tf.Tensor3D, b: tf.Tensor3D) => tf.Tensor3D;

/** Numbers in the largest tensor of a block: 16 MB. */
const blockSize = 2 ** 22;

/** max_k a_ik + b_kj; no gradient goes through it. */
export const maxProduct: MatrixProduct = (a, b) => inBlocks([a, b], ([x, y]) => [tf.max(alternatives(x!, y!), 3)])[0]!;

/** log Σ_k exp(a_ik + b_kj); its gradient is computed from the factors, block by block, so that nothing of size N·K³ is ever kept. */
export const logProduct: MatrixProduct = (a, b) =>
  tf.customGrad((...args) => {
    const [x, y, save] = args as unknown as [tf.Tensor3D, tf.Tensor3D, tf.GradSaveFunc];
    save([x, y]);
    const gradFunc = (dy: tf.Tensor, [left, right]: tf.Tensor[]) =>
      logProductGradient(left as tf.Tensor3D, right as tf.Tensor3D, dy as tf.Tensor3D);
    return { value: inBlocks([x, y], ([left, right]) => [logSumExp(alternatives(left!, right!))])[0]!, gradFunc };
  })(a, b) as tf.Tensor3D;

/** The gradients of both factors, given that of their product. */
export function logProductGradient(a: tf.Tensor3D, b: tf.Tensor3D, dy: tf.Tensor3D): tf.Tensor3D[] {
  return inBlocks([a, b, dy], ([left, right, d]) => {
    const shares = tf.mul(tf.softmax(alternatives(left!, right!)), tf.expandDims(d!, 3)); // [N,i,j,k]
    return [tf.sum(shares, 2), tf.transpose(tf.sum(shares, 1), [0, 2, 1])];
  });
}

/** a_ik + b_kj at [N,i,j,k]. */
function alternatives(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.add(tf.expandDims(a, 2), tf.expandDims(tf.transpose(b, [0, 2, 1]), 1));
}

function logSumExp(x: tf.Tensor): tf.Tensor {
  const top = tf.max(x, 3, true);
  return tf.add(tf.log(tf.sum(tf.exp(tf.sub(x, top)), 3)), tf.squeeze(top, [3]));
}

/** `f` of slices of tensors [N,K,K], its results joined again; what f makes on the way is gone after each block. */
function inBlocks(tensors: tf.Tensor[], f: (blocks: tf.Tensor[]) => tf.Tensor[]): tf.Tensor3D[] {
  const [N, K] = tensors[0]!.shape as [number, number];
  const size = Math.max(1, Math.floor(blockSize / K ** 3));
  if (size >= N) return f(tensors) as tf.Tensor3D[];
  const made: tf.Tensor[][] = [];
  for (let start = 0; start < N; start += size) {
    made.push(tf.tidy(() => f(tensors.map((x) => tf.slice(x, [start, 0, 0], [Math.min(size, N - start), -1, -1])))));
  }
  return made[0]!.map((_, i) => tf.concat(made.map((results) => results[i]!)) as tf.Tensor3D);
}
