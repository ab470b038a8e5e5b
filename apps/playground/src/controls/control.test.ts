import { expect, test } from 'vitest';
import { choice, completeSetup, plain, whole } from './control.js';

const controls = {
  cell: choice({ label: '', help: '', affects: 'model', options: plain('gru', 'lstm'), initial: 'gru' }),
  size: choice({ label: '', help: '', affects: 'model', options: plain(32, 64), initial: 64 }),
  seed: whole({ label: '', help: '', affects: 'data', minimum: 0, maximum: 9, initial: 1 }),
};

test('a setup takes what an address asks for, with the type of the option', () => {
  expect(completeSetup(controls, { cell: 'lstm', size: '32', seed: '7' })).toEqual({ cell: 'lstm', size: 32, seed: 7 });
});

test('what is missing, unknown or out of bounds gets its initial value', () => {
  const initial = { cell: 'gru', size: 64, seed: 1 };
  expect(completeSetup(controls, {})).toEqual(initial);
  expect(completeSetup(controls, { cell: 'x', size: '33', seed: '10', other: '1' })).toEqual(initial);
  expect(completeSetup(controls, { seed: '' })).toEqual(initial);
  expect(completeSetup(controls, { seed: '1.5' })).toEqual(initial);
});
