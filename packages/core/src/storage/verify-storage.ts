/** The laws of storage, for every place that bytes can be kept. */
import { expect } from 'vitest';
import type { Storage } from './storage.js';

/** Fails unless an empty storage behaves as its contract says. */
export async function verifyStorage(storage: Storage): Promise<void> {
  expect(await storage.list()).toEqual([]);
  expect(await storage.read('absent')).toBeUndefined();
  await storage.remove('absent');

  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
  const view = new Uint8Array(bytes.buffer, 7, 1000);
  await storage.write('run-2.best', view);
  await storage.write('Größe 1', bytes);
  expect(await storage.list()).toEqual(['Größe 1', 'run-2.best'].sort());
  const expected = view.slice();
  bytes.fill(0);
  expect(await storage.read('run-2.best')).toEqual(expected); // a copy went in

  const first = (await storage.read('run-2.best'))!;
  first.fill(1);
  expect(await storage.read('run-2.best')).toEqual(expected); // and a copy comes out
  expect(first.buffer.byteLength).toBe(1000);

  await storage.write('run-2.best', Uint8Array.of(9));
  expect(await storage.read('run-2.best')).toEqual(Uint8Array.of(9));
  await storage.write('empty', new Uint8Array(0));
  expect(await storage.read('empty')).toEqual(new Uint8Array(0));
  for (const name of await storage.list()) await storage.remove(name);
  expect(await storage.list()).toEqual([]);
}
