/** Normal forms as edits. */
import { expect, test } from 'vitest';
import { edited } from './aligned-text.js';
import { lowercase } from './rewrites.js';

test('law: every character that has a small letter becomes it', () => {
  const left: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (edited(character, lowercase(character, true)) !== character.toLowerCase()) left.push(character);
  }
  expect(left).toEqual([]);
});
