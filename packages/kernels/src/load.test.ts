/** Kernels that are loaded at once do what kernels that are waited for do. */
import { expect, it } from 'vitest';
import { Arena, floats, type Kernels, loadKernels, loadKernelsSync, matrixProduct, sharedMemory } from './index.js';

const product = (kernels: Kernels) => {
  const [a, b, c] = [9, 9, 9].map((length) => kernels.memory.allocate(4 * length)) as [number, number, number];
  floats(kernels.memory, a, 9).set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  floats(kernels.memory, b, 9).set([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  matrixProduct(kernels, { a: { pointer: a }, b: { pointer: b }, c: { pointer: c }, m: 3, n: 3, k: 3 });
  return [...floats(kernels.memory, c, 9)];
};
const expected = [30, 24, 18, 84, 69, 54, 138, 114, 90];

it.each([
  ['own', () => new Arena()],
  ['shared', () => new Arena(sharedMemory())],
])('over %s memory', async (_, arena) => {
  expect(product(loadKernelsSync(arena()))).toEqual(expected);
  expect(product(loadKernelsSync(arena()))).toEqual(expected);
  expect(product(await loadKernels(arena()))).toEqual(expected);
});
