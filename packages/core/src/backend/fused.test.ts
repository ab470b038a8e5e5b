import { floats } from '@seqloom/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { capabilities, type FusedKernel, registerFused, useBackend } from './index.js';
import type { WasmBackend } from './wasm-backend.js';

/** Adds the sum of a mask to every number of x, through scratch memory, and also counts: two outputs, one left unused. */
const shifted: FusedKernel = ({ x, mask }, { scale }, workspace) => {
  const { memory } = workspace.kernels;
  const length = tf.util.sizeFromShape(x!.shape);
  const from = workspace.input(x!);
  const bits = workspace.input(mask!);
  const scratch = workspace.scratch(4 * length);
  const output = workspace.output(x!.shape);
  workspace.output([1000]);
  const count = workspace.output([], 'int32');
  const sum = new Uint8Array(memory.memory.buffer, bits, length).reduce((total, bit) => total + bit, 0);
  floats(memory, scratch, length).set(floats(memory, from, length));
  floats(memory, output.pointer, length).set(
    floats(memory, scratch, length).map((value) => value + sum * Number(scale)),
  );
  new Int32Array(memory.memory.buffer, count.pointer, 1)[0] = sum;
  return [output, count];
};

const call = (attributes: object): tf.Tensor[] => {
  const inputs = { x: tf.tensor([1, 2, 3]), mask: tf.tensor([true, false, true], [3], 'bool') };
  return tf.engine().runKernel('Shifted', inputs, attributes as tf.NamedAttrMap) as tf.Tensor[];
};

describe('registerFused', () => {
  registerFused('Shifted', shifted);
  registerFused('Fails', (_inputs, _attributes, workspace) => {
    workspace.scratch(workspace.output([100]).pointer % 64);
    throw new Error('stop');
  });

  it.each(['cpu', 'wasm'] as const)(
    'runs one implementation on %s, and frees all but what it returns',
    async (backend) => {
      await useBackend(backend);
      const before = tf.memory().numDataBuffers;
      tf.tidy(() => {
        const [output, count] = call({ scale: 10 });
        expect(Array.from(output!.dataSync())).toEqual([21, 22, 23]);
        expect(count!.dtype).toBe('int32');
        expect(count!.dataSync()[0]).toBe(2);
      });
      expect(() => tf.engine().runKernel('Fails', {}, {})).toThrow('stop');
      expect(tf.memory().numDataBuffers).toBe(before);
    },
  );

  it('does not grow the wasm heap over many calls', async () => {
    await useBackend('wasm');
    const { memory } = (tf.backend() as WasmBackend).wasm.asm;
    const run = () => {
      tf.tidy(() => call({ scale: 1 }));
      expect(() => tf.engine().runKernel('Fails', {}, {})).toThrow('stop');
      tf.tidy(() => tf.matMul(tf.ones([64, 512]), tf.ones([512, 64])));
    };
    run();
    const before = memory.buffer.byteLength;
    for (let i = 0; i < 500; i++) run();
    expect(memory.buffer.byteLength).toBe(before);
  });
});

it('capabilities tells what is available, started, fused and missing', async () => {
  await useBackend('cpu');
  await useBackend('wasm');
  const { cpu, wasm, webgl } = await capabilities();
  expect(cpu).toMatchObject({ available: true, started: true, missing: [] });
  expect(wasm).toMatchObject({ available: true, started: true });
  expect(wasm.fused).toContain('Shifted');
  expect(wasm.missing).toEqual([]);
  expect(webgl).toMatchObject({ available: false, started: false, fused: [] });
});
