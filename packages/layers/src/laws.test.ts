import { useBackend } from '@seqloom/core';
import { backendsHere } from '@seqloom/core/testing';
import { beforeAll, describe, it } from 'vitest';
import { laws } from './laws.js';

describe.each(backendsHere())('layers on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  it.each(laws)('%s', (_, check) => check());
});
