import { expect, test } from 'vitest';
import { lookup3 } from './lookup3.js';

test.each([
  ['', 0xdeadbeef],
  ['Four score and seven years ago', 0x17770551], // from the self test of lookup3.c
])('%j', (text, hash) => {
  const bytes = new Uint8Array(64);
  const start = 3;
  new TextEncoder().encodeInto(text, bytes.subarray(start));
  expect(lookup3(new DataView(bytes.buffer), start, text.length)).toBe(hash | 0);
});
