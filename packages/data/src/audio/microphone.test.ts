import { collect } from '@seqloom/core/dataset';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Blocks } from './blocks.js';
import { microphone } from './microphone.js';

test('blocks hold all samples in order, each but the last as many as wanted', () => {
  const pieces = fc.array(fc.float32Array({ maxLength: 20, noNaN: true }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), pieces, (length, sound) => {
      const blocks = new Blocks(length);
      const found = [...sound.flatMap((samples) => blocks.push(samples)), ...blocks.end()];
      expect(found.flatMap((block) => [...block])).toEqual(sound.flatMap((samples) => [...samples]));
      expect(found.slice(0, -1).every((block) => block.length === length)).toBe(true);
      expect(blocks.end()).toEqual([]);
    }),
  );
});

test('where there are no microphones, it says so', async () => {
  await expect(collect(microphone())).rejects.toThrow('there is no access to microphones here');
  expect(() => microphone({ sampleRate: 0 })).toThrow('`sampleRate` must be a whole number');
});
