import { expect, test } from 'vitest';
import { readAddress, readInput, writeAddress } from './address.js';

const setup = { cell: 'gru', learningRate: 0.003, seed: 7 };

test('law: what is written is read again', () => {
  for (const input of ['', 'July 4, 1976', '100 % & more = “this”? #/']) {
    const place = readAddress(writeAddress('dates', setup, input));
    expect(place.experiment).toBe('dates');
    expect(place.values).toEqual({ cell: 'gru', learningRate: '0.003', seed: '7' });
    expect(place.input ?? '').toBe(input);
    expect(place.rival).toBeUndefined();
  }
});

test('a rival is what differs', () => {
  expect(readAddress(writeAddress('dates', setup, 'x', { ...setup, cell: 'lstm' })).rival).toEqual({ cell: 'lstm' });
  expect(readAddress(writeAddress('dates', setup, 'x', setup)).rival).toEqual({});
});

test('numbers are inputs too', () => {
  const field = { kind: 'series', label: '', length: 3, minimum: 0, maximum: 1 } as const;
  const { input } = readAddress(writeAddress('series', setup, [1, -2.5, 1e-7]));
  expect(readInput(field, input)).toEqual([1, -2.5, 1e-7]);
  expect(readInput(field, '1, x')).toBeUndefined();
  expect(readInput({ kind: 'none', label: '' }, readAddress(writeAddress('video', setup, 4)).input)).toBe(4);
  expect(readAddress(writeAddress('digits', setup, new Float32Array(9))).input).toBeUndefined();
});

test('any other address is a place too', () => {
  expect(readAddress('')).toEqual({ experiment: '', values: {}, input: undefined });
  expect(readAddress('#dates')).toEqual({ experiment: 'dates', values: {}, input: undefined });
});
