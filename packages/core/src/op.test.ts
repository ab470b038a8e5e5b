import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from './backend/index.js';
import { UsageError } from './errors.js';
import { defineOp } from './op.js';
import { expectClose, verifyOp } from './testing/index.js';

/** a²·scale + b and a − b; the kernel also hands over a² for the gradient, and counts its calls. */
const toy = defineOp<'a' | 'b', { scale: number }>({
  name: 'ToySquare',
  inputs: ['a', 'b'],
  outputs: 2,
  workspaces: 1,
  composed: ({ a, b }, { scale }) => [tf.add(tf.mul(tf.square(a), scale), b), tf.sub(a, b)],
  gradient: ([dSum, dDifference], { inputs: { a }, outputs }, { scale }) => {
    expect(outputs).toHaveLength(3);
    const root = tf.mul(tf.sign(a), tf.sqrt(outputs[2]!)); // a, from the workspace
    return {
      a: () => tf.add(tf.mul(dSum!, tf.mul(root, 2 * scale)), dDifference!),
      b: () => tf.sub(dSum!, dDifference!),
    };
  },
});

let calls = 0;
type Backend = { readSync(id: object): Float32Array };

function registerToyKernel(offset = 0): void {
  tf.registerKernel({
    kernelName: 'ToySquare',
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs }) => {
      calls++;
      const [a, b] = [inputs.a!, inputs.b!].map(({ dataId }) => (tf.backend() as unknown as Backend).readSync(dataId));
      const make = (f: (x: number, y: number) => number): tf.TensorInfo => {
        const dataId = tf.backend().write(
          Float32Array.from(a!, (x, i) => f(x, b![i]!)),
          inputs.a!.shape,
          'float32',
        );
        return { dataId, shape: inputs.a!.shape, dtype: 'float32' };
      };
      const scale = (attrs as unknown as { scale: number }).scale;
      return [make((x, y) => x * x * scale + y + offset), make((x, y) => x - y), make((x) => x * x)];
    },
  });
}

describe('defineOp', () => {
  beforeAll(() => useBackend('cpu'));
  afterEach(() => {
    if (toy.fused()) tf.unregisterKernel('ToySquare', 'cpu');
    calls = 0;
  });

  const inputs = () => ({ a: tf.tensor1d([1, -2, 3]), b: tf.tensor1d([0.5, 0, -1]) });
  const cases = () => [{ name: 'three numbers', inputs: inputs(), attributes: { scale: 3 } }];

  it('runs its composed form where no kernel is', async () => {
    expect(toy.fused()).toBe(false);
    await verifyOp(toy, cases());
    expect(calls).toBe(0);
  });

  it('runs the kernel where there is one, with the registered gradient, and hides the workspace', async () => {
    registerToyKernel();
    expect(toy.fused()).toBe(true);
    await verifyOp(toy, cases());
    expect(calls).toBeGreaterThan(0);
    expect(toy(inputs(), { scale: 1 })).toHaveLength(2);
    calls = 0;
    await expectClose(toy.composed(inputs(), { scale: 1 })[0]!, [1.5, 4, 8], 0);
    expect(calls).toBe(0);
  });

  it('frees the workspace at once where no tape wants it', () => {
    registerToyKernel();
    const given = inputs();
    const { numTensors } = tf.memory();
    const made = toy(given, { scale: 1 });
    expect(tf.memory().numTensors).toBe(numTensors + 2);
    tf.dispose([...made, given.a, given.b]);
  });

  it('a kernel that means something else breaks the law', async () => {
    registerToyKernel(0.1);
    await expect(verifyOp(toy, cases())).rejects.toThrow('fused = composed');
  });

  it('a kernel without a gradient is refused', () => {
    const plain = defineOp<'a' | 'b', { scale: number }>({
      name: 'ToySquare',
      inputs: ['a', 'b'],
      composed: toy.composed,
    });
    registerToyKernel();
    expect(() => plain(inputs(), { scale: 1 })).toThrow(UsageError);
  });
});
