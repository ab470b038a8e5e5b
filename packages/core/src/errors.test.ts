import { describe, expect, it, vi } from 'vitest';
import {
  CheckpointError,
  DataError,
  isSeqError,
  KernelError,
  OptionError,
  SeqError,
  ShapeError,
  show,
  UsageError,
} from './errors.js';

const kinds = { ShapeError, OptionError, CheckpointError, DataError, KernelError, UsageError };

it.each(Object.entries(kinds))('%s says where, what and what to do', (name, Kind) => {
  const cause = new Error('inner');
  const error = new Kind('Layer.forward', 'the problem', { hint: 'do this', cause });
  expect(error).toBeInstanceOf(SeqError);
  expect(error.message).toBe('Layer.forward: the problem\n  hint: do this');
  expect(error).toMatchObject({ name, where: 'Layer.forward', hint: 'do this', cause });
  expect(new Kind('f', 'no hint').message).toBe('f: no hint');
});

describe('isSeqError', () => {
  it('knows the errors of another copy of this package', async () => {
    vi.resetModules();
    const copy = await import('./errors.js');
    const error = new copy.ShapeError('f', 'g');
    expect(error).not.toBeInstanceOf(ShapeError);
    expect(isSeqError(error)).toBe(true);
  });

  it.each([new Error('plain'), null, undefined, 'text', {}])('takes nothing else: %s', (value) => {
    expect(isSeqError(value)).toBe(false);
  });
});

describe('show', () => {
  it.each([
    ['text', "'text'"],
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [undefined, 'undefined'],
    [null, 'null'],
    [12n, '12'],
    [[1, Number.NaN, 'a'], "[1,NaN,'a']"],
    [{ a: 1, b: { c: 2 } }, '{a: 1, b: …}'],
    [new Map(), 'a Map'],
    [show, 'show'],
  ])('%s', (value, expected) => expect(show(value)).toBe(expected));

  it('shortens what is long, and survives what is circular', () => {
    const circular: Record<string, unknown> = { name: 'x' };
    circular.self = circular;
    expect(show(circular)).toBe("{name: 'x', self: …}");
    for (const long of ['x'.repeat(1e6), new Array(1e6).fill('word'), Object.fromEntries(Array(500).entries())]) {
      expect(show(long)).toHaveLength(80);
    }
  });
});
