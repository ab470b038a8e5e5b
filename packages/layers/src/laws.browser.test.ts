import { useBackend } from '@seqloom/core';
import { beforeAll, describe, it } from 'vitest';
import { agreements, laws } from './laws.js';

describe.each(['cpu', 'wasm'] as const)('layers on %s', (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  it.each(laws)('%s', (_, check) => check());
});

describe.each(['webgl', 'webgpu'] as const)('layers on %s are the same as on cpu', (backend) => {
  it.each(agreements)('%s', (_, check) => check(backend));
});
