/** jax-js: a GRU's training step, unrolled (there is no scan) and compiled. */
import { blockUntilReady, grad, init, jit, nn, numpy as np, random, tree } from '@jax-js/jax';
import type { Work } from '../compare.js';
import type { RecurrentSizes } from '../sizes.js';

type Parameters = { weight: np.Array; recurrent: np.Array; bias: np.Array; recurrentBias: np.Array };

/** Forward and backward of the mean square of a GRU's outputs, reset after the product, as ours. */
export async function jaxGRUTraining({ batch, time, inputSize, units }: RecurrentSizes): Promise<Work> {
  await init('wasm');
  const draw = (...shape: number[]) => random.normal(random.key(1), shape).mul(0.1);
  const parameters: Parameters = {
    weight: draw(inputSize, 3 * units),
    recurrent: draw(units, 3 * units),
    bias: draw(3 * units),
    recurrentBias: draw(3 * units),
  };
  const x = draw(time * batch, inputSize);

  /** Every use of an array but the last takes a `ref`. */
  const loss = (p: Parameters, input: np.Array) => {
    const projected = np.add(np.matmul(input, p.weight), p.bias).reshape([time, batch, 3 * units]);
    let h = np.zeros([batch, units]);
    const outputs = np.unstack(projected, 0).map((xs) => {
      const sums = np.add(np.matmul(h.ref, p.recurrent.ref), p.recurrentBias.ref);
      const [xReset, xUpdate, xCandidate] = np.split(xs, 3, 1) as [np.Array, np.Array, np.Array];
      const [hReset, hUpdate, hCandidate] = np.split(sums, 3, 1) as [np.Array, np.Array, np.Array];
      const reset = nn.sigmoid(np.add(xReset, hReset));
      const update = nn.sigmoid(np.add(xUpdate, hUpdate));
      const candidate = np.tanh(np.add(xCandidate, np.multiply(reset, hCandidate)));
      h = np.add(candidate.ref, np.multiply(update, np.subtract(h, candidate)));
      return h.ref;
    });
    tree.dispose([h, p.recurrent, p.recurrentBias]);
    return np.mean(np.square(np.stack(outputs, 0)));
  };
  const step = jit(grad(loss));
  const work = async () => {
    const gradients = await blockUntilReady(step(tree.ref(parameters), x.ref));
    tree.dispose(gradients);
  };
  await withoutWorkers(work); // compiles
  return work;
}

/** jax-js made its memory when it was loaded, without workers; onnxruntime-web then defines Node's as global, and jax-js would compile for shared memory. */
async function withoutWorkers(work: Work): Promise<void> {
  const workers = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  Reflect.deleteProperty(globalThis, 'Worker');
  try {
    await work();
  } finally {
    if (workers) Object.defineProperty(globalThis, 'Worker', workers);
  }
}
