import { OptionError, Rng, useBackend } from '@seqloom/core';
import { backendsHere } from '@seqloom/core/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomPotentials } from '../../laws/plain-chains.js';
import { scanLaws } from '../../laws/scan-laws.js';
import { LinearChain } from '../linear-chain.js';

describe.each(backendsHere())('the parallel scan on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  it.each(Object.entries(scanLaws))('%s', (_, law) => law(15));
});

it('is an option by name', () => {
  const potentials = randomPotentials(new Rng(1), [2], 2);
  expect(() => new LinearChain(potentials, { recursion: 'parallel' as never })).toThrow(OptionError);
});
