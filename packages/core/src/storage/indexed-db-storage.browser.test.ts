import { afterAll, beforeAll, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { UsageError } from '../errors.js';
import { indexedDBStorage } from './index.js';
import { verifyStorage } from './verify-storage.js';

const devtools = cdp() as unknown as { send(method: string, parameters: object): Promise<unknown> };
const quota = (quotaSize?: number) =>
  devtools.send('Storage.overrideQuotaForOrigin', { origin: location.origin, quotaSize });
beforeAll(async () => {
  // The browser remembers for a while how much room there was; with the data it forgets that too.
  await devtools.send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' });
  await quota(1_000_000);
});
afterAll(() => quota());

it('keeps the laws of storage', () => verifyStorage(indexedDBStorage('laws')));

it('another storage of the same database sees the same, one of another database does not', async () => {
  await indexedDBStorage('shared').write('run', Uint8Array.of(4));
  expect(await indexedDBStorage('shared').read('run')).toEqual(Uint8Array.of(4));
  expect(await indexedDBStorage('other').list()).toEqual([]);
});

it('when the browser is full the error says so and the old value stays', async () => {
  const storage = indexedDBStorage('full');
  await storage.write('run', Uint8Array.of(5));
  const bytes = new Uint8Array(40 * 65_536); // the browser compresses, so it must be noise
  for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  const attempt = storage.write('run', bytes);
  await expect(attempt).rejects.toThrow(UsageError);
  await expect(attempt).rejects.toThrow("the browser's storage is full");
  expect(await storage.read('run')).toEqual(Uint8Array.of(5));
  expect(await storage.list()).toEqual(['run']);
});
