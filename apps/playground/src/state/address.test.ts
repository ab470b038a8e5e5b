import { expect, test } from 'vitest';
import { readAddress, writeAddress } from './address.js';

test('law: what is written is read again', () => {
  const setup = { cell: 'gru', learningRate: 0.003, seed: 7 };
  for (const input of ['', 'July 4, 1976', '100 % & more = “this”? #/']) {
    const place = readAddress(writeAddress('dates', setup, input));
    expect(place.experiment).toBe('dates');
    expect(place.values).toEqual({ cell: 'gru', learningRate: '0.003', seed: '7' });
    expect(place.input ?? '').toBe(input);
  }
});

test('any other address is a place too', () => {
  expect(readAddress('')).toEqual({ experiment: '', values: {}, input: undefined });
  expect(readAddress('#dates')).toEqual({ experiment: 'dates', values: {}, input: undefined });
});
