/** Modules whose memory is declared as shared. */
import { expect, it } from 'vitest';
import { wasm } from '../generated/kernels.js';
import { canShareMemory, isShared, sharedMemory, withSharedMemory } from './shared-memory.js';

const header = [0, 97, 115, 109, 1, 0, 0, 0];
const bytes = (...sections: number[][]) => Uint8Array.from([...header, ...sections.flat()]);

it('Node shares memory', () => {
  expect(canShareMemory()).toBe(true);
  expect(isShared(sharedMemory())).toBe(true);
  expect(isShared(new WebAssembly.Memory({ initial: 1 }))).toBe(false);
});

it('the kernels take shared memory then, and only then', async () => {
  const plain = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  const shared = withSharedMemory(plain);
  const imports = { env: { memory: sharedMemory() } };
  await expect(WebAssembly.instantiate(await WebAssembly.compile(shared), imports)).resolves.toBeDefined();
  await expect(WebAssembly.instantiate(await WebAssembly.compile(plain), imports)).rejects.toThrow(/shared/);
});

it("a module's own memory keeps its least and most pages, whether it had a most or not", async () => {
  const exported = [7, 5, 1, 1, 109, 2, 0];
  for (const limits of [
    [1, 2, 200, 1],
    [0, 2],
  ]) {
    const module = bytes([5, limits.length + 1, 1, ...limits], exported);
    const { instance } = await WebAssembly.instantiate(withSharedMemory(module), {});
    const memory = instance.exports.m as WebAssembly.Memory;
    expect(isShared(memory)).toBe(true);
    expect(memory.buffer.byteLength).toBe(2 * 65536);
  }
});

it('finds an imported memory after imports of every other kind', () => {
  const named = (...kind: number[]) => [1, 97, 1, 98, ...kind];
  const types = [1, 4, 1, 96, 0, 0];
  const imports = [...named(0, 0), ...named(1, 112, 1, 0, 200, 1), ...named(3, 127, 0), ...named(2, 0, 1)];
  const module = withSharedMemory(bytes(types, [2, imports.length + 1, 4, ...imports]));
  expect(WebAssembly.validate(module)).toBe(true);
  expect(WebAssembly.Module.imports(new WebAssembly.Module(module)).map(({ kind }) => kind)).toEqual([
    'function',
    'table',
    'global',
    'memory',
  ]);
  expect([...module.slice(-6)]).toEqual([2, 3, 1, 128, 128, 4]);
});

it('a module without memory is refused', () => {
  expect(() => withSharedMemory(bytes())).toThrow('declares no memory');
});
