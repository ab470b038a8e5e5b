import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { plainSha256, sha256 } from './sha256.js';

const expected = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
afterEach(() => vi.unstubAllGlobals());

it('equals the platform, at every length around a block', async () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31 + length) % 256);
    expect(Buffer.from(plainSha256(bytes)).toString('hex')).toBe(expected(bytes));
  }
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
      const own = bytes.slice();
      expect(Buffer.from(plainSha256(own)).toString('hex')).toBe(await sha256(own));
    }),
  );
});

it('works where the platform has none', async () => {
  vi.stubGlobal('crypto', {});
  expect(await sha256(new TextEncoder().encode('abc'))).toBe(expected(Buffer.from('abc')));
  vi.stubGlobal('crypto', undefined);
  expect(await sha256(new Uint8Array(0))).toBe(expected(Buffer.alloc(0)));
});
