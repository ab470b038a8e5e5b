/** Kernels whose products and sums are one instruction compute what the others compute, in fewer roundings. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { supportsFusedMultiplyAdd, withFusedMultiplyAdd } from './fused-multiply-add.js';
import { wasm } from './generated/kernels.js';

const binary = Uint8Array.from(Buffer.from(wasm, 'base64'));

it('the module keeps its length; most products that are added to something change, and nothing else', () => {
  const fused = withFusedMultiplyAdd(binary);
  expect(fused.length).toBe(binary.length);
  const count = (bytes: Uint8Array, code: readonly number[]) =>
    bytes.reduce((sum, _, at) => sum + Number(code.every((byte, i) => bytes[at + i] === byte)), 0);
  const [multiply, add, both] = [
    [0xfd, 0xe6, 0x01],
    [0xfd, 0xe4, 0x01],
    [0xfd, 0x85, 0x02],
  ];
  const made = count(fused, both!) - count(binary, both!);
  expect(made).toBeGreaterThan(count(binary, multiply!) / 2);
  expect(count(fused, multiply!)).toBe(count(binary, multiply!) - made);
  expect(count(fused, add!)).toBe(count(binary, add!) - made);
  expect(fused.filter((byte, at) => byte !== binary[at]).length).toBeLessThanOrEqual(5 * made);
});

/** A matrix product and an LSTM forward and backward, with and without: prints the largest difference, and whether there is any. */
const script = `
  import * as k from '${new URL('./index.ts', import.meta.url)}';
  const run = async (fuseMultiplyAdd) => {
    const kernels = await k.loadKernels(new k.Arena(), { fuseMultiplyAdd });
    let seed = 1;
    const place = (length) => {
      const pointer = kernels.memory.allocate(4 * length);
      const values = k.floats(kernels.memory, pointer, length);
      for (let i = 0; i < length; i++) values[i] = ((seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5) / 2;
      return pointer;
    };
    const [m, n, depth] = [23, 29, 401];
    const c = place(m * n);
    k.matrixProduct(kernels, { a: { pointer: place(m * depth) }, b: { pointer: place(depth * n) }, c: { pointer: c }, m, n, k: depth });
    const [batch, time, inputSize, units] = [7, 9, 11, 13];
    const width = 4 * units;
    const steps = batch * time * units;
    const state = () => place(batch * units);
    const p = {
      x: place(batch * time * inputSize), weight: place(inputSize * width), bias: place(width), recurrent: place(units * width),
      mask: 0, h0: state(), c0: state(), outputs: place(steps), h: state(), c: state(), gates: place(4 * steps), cells: place(steps),
      dOutputs: place(steps), dH: state(), dC: state(), dX: place(batch * time * inputSize), dWeight: place(inputSize * width),
      dBias: place(width), dRecurrent: place(units * width),
    };
    k.scanForward(kernels, 'lstm', { batch, time, inputSize, units }, p);
    k.scanBackward(kernels, 'lstm', { batch, time, inputSize, units }, p);
    const read = (pointer, length) => [...k.floats(kernels.memory, pointer, length)];
    return [...read(c, m * n), ...read(p.outputs, steps), ...read(p.dX, batch * time * inputSize), ...read(p.dRecurrent, units * width)];
  };
  const [fused, plain] = [await run(true), await run(false)];
  const worst = Math.max(...fused.map((value, i) => Math.abs(value - plain[i]) / (1 + Math.abs(plain[i]))));
  console.log(JSON.stringify({ worst, differ: worst > 0 }));`;

it('agrees with the plain module to float32, and differs from it in the last bits', async () => {
  const own = supportsFusedMultiplyAdd() ? [] : ['--experimental-wasm-relaxed-simd']; // before Node 22
  const flags = [...own, '--conditions=@seqloom/source', '--import=tsx', '--input-type=module', '--eval', script];
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, flags, { timeout: 30_000, cwd });
  const { worst, differ } = JSON.parse(stdout) as { worst: number; differ: boolean };
  expect(worst).toBeLessThan(1e-5);
  expect(differ).toBe(true);
});
