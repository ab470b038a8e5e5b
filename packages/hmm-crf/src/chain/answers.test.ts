import { useBackend } from '@seqloom/core';
import { backendsHere } from '@seqloom/core/testing';
import { beforeAll, describe, it } from 'vitest';
import { answerLaws } from '../laws/answer-laws.js';
import { restrictionLaws } from '../laws/restriction-laws.js';

describe.each(backendsHere())('answers of linear chains on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  it.each(Object.entries({ ...answerLaws, ...restrictionLaws }))('%s', (_, law) => law(30));
});
