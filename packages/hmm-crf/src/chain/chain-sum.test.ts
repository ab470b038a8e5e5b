import { useBackend } from '@seqloom/core';
import { backendsHere } from '@seqloom/core/testing';
import { beforeAll, describe, it } from 'vitest';
import { chainSumLaws } from '../laws/chain-sum-laws.js';

describe.each(backendsHere())('sums over paths on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  it.each(Object.entries(chainSumLaws))('%s', (_, law) => law(30));
});
