import { DataError, ShapeError, useBackend } from '@seqloom/core';
import { backendsHere } from '@seqloom/core/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { chainLaws } from '../laws/chain-laws.js';
import { opLaws } from '../laws/op-laws.js';
import type { ChainPotentials } from './chain-potentials.js';
import { LinearChain } from './linear-chain.js';

describe.each(backendsHere())('linear chains on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  it.each(Object.entries({ ...chainLaws, ...opLaws }))('%s', (_, law) => law(40));
});

describe('bad input', () => {
  const good = (): ChainPotentials => ({
    initial: tf.zeros([3]),
    transition: tf.zeros<tf.Rank.R2>([3, 3]),
    emission: tf.zeros([2, 4, 3]),
    mask: tf.ones([2, 4], 'bool'),
  });
  const shape = (...sizes: number[]) => ({ shape: sizes, rank: sizes.length }) as never;
  const nothing = { emission: shape(2, 0, 3), mask: shape(2, 0) };
  beforeAll(() => useBackend('cpu'));

  it.each<[string, Partial<ChainPotentials>, string]>([
    ['emissions of another rank', { emission: shape(2, 4) }, '`emission` must have shape [B, T, K], got [2,4]'],
    ['a mask of other sequences', { mask: shape(3, 4) }, '`mask` must have shape [B=2, T=4], got [3,4]'],
    ['another number of states', { initial: shape(2) }, '`initial` must have shape [K=3], got [2]'],
    ['a transition that is not square', { transition: shape(3, 2) }, '`transition` must have shape [3, 3], got [3,2]'],
    [
      'transitions for too many steps',
      { transition: shape(2, 4, 3, 3) },
      'must have shape [2, 3, 3, 3], got [2,4,3,3]',
    ],
    ['end potentials of other states', { final: shape(4) }, '`final` must have shape [K=3], got [4]'],
    ['no transition', { transition: undefined as never }, '`transition` must be a tensor'],
    ['no sequences', { emission: shape(0, 4, 3), mask: shape(0, 4) }, 'B=0'],
    ['no steps', nothing, 'T=0'],
  ])('%s', (_, part, message) => {
    expect(() => new LinearChain({ ...good(), ...part })).toThrow(ShapeError);
    expect(() => new LinearChain({ ...good(), ...part })).toThrow(message);
  });

  it.each(backendsHere())('labels that are no states, on %s', async (backend) => {
    await useBackend(backend);
    const labels = tf.tensor2d([0, 1, 2, 0, 0, 3, 0, 0], [2, 4], 'int32');
    expect(() => new LinearChain(good()).score(labels)).toThrow(DataError);
    expect(() => new LinearChain(good()).score(labels)).toThrow('label 3 at sequence 1, step 1');
    expect(() => new LinearChain(good()).score(tf.zeros([2, 3], 'int32'))).toThrow(ShapeError);
    const masked = { ...good(), mask: tf.tensor2d([1, 1, 1, 1, 1, 0, 1, 1], [2, 4], 'bool') };
    expect(() => new LinearChain(masked).score(labels)).not.toThrow();
  });

  it('restrictions that do not fit', () => {
    const chain = new LinearChain(good());
    const ids = tf.tensor2d([0, 1, 2, -1, -1, -1, -2, 0], [2, 4], 'int32');
    expect(() => chain.restrict({ labels: ids })).toThrow('label -2 at sequence 1, step 2');
    expect(() => chain.restrict({ labels: [[0]] })).toThrow('B=2 lists of at most T=4 steps, got 1 lists');
    expect(() => chain.restrict({ labels: [[0], [0, 1, 2, 0, 1]] })).toThrow('got 5 steps in sequence 1');
    expect(() => chain.restrict({ labels: [[0], [3]] })).toThrow(DataError);
    expect(() => chain.restrict({ labels: tf.zeros<tf.Rank.R3>([2, 4, 2]) })).toThrow(ShapeError);
    expect(() => chain.restrict({ initial: [1, 0] })).toThrow('`allowed.initial` must have shape [3], got [2]');
    expect(() => chain.restrict({ label: ids } as never)).toThrow('unknown option `label`');
  });
});
