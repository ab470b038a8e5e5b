/** Every part: padding may be NaN, queries that see nothing get zeros and ask for nothing, queries of ±1e4 stay finite; and each backend gives what cpu gives. */
import { useBackend } from '@seqloom/core';
import { backendsHere, expectClose } from '@seqloom/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { computed, entries, observed } from './agreements.js';
import { computations } from './function-agreements.js';
import { lawBackends } from './law-backends.js';

const table = Object.entries(entries);
const functions = Object.entries(computations);
const expected = new Map<string, Float32Array[]>();

beforeAll(async () => {
  await useBackend('cpu');
  for (const [name, make] of table) expected.set(name, await observed(make));
  for (const [name, compute] of functions) expected.set(name, await computed(compute));
});

describe.each(backendsHere())('every part on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(table)('%s', async (name, make) => {
    const seen = await observed(make);
    for (const [i, numbers] of seen.entries()) await expectClose(numbers, expected.get(name)![i]!, 1e-4, `result ${i}`);
    for (const numbers of await observed(make, { scale: 1e4 })) expect(numbers.every(Number.isFinite)).toBe(true);
    if (!lawBackends.includes(backend)) return; // on GPUs these follow: values and gradients are those of cpu
    const clean = await observed(make, { filler: 0 });
    for (const [i, numbers] of seen.entries()) await expectClose(numbers, clean[i]!, 0, `result ${i} of clean padding`);
    for (const numbers of await observed(make, { blind: true })) expect(numbers.every((x) => x === 0)).toBe(true);
  });

  it.each(functions)('%s', async (name, compute) => {
    for (const [i, numbers] of (await computed(compute)).entries()) {
      await expectClose(numbers, expected.get(name)![i]!, 1e-4, `result ${i}`);
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
  });
});
