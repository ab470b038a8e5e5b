import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useBackend } from './backend/index.js';
import { OptionError, UsageError } from './errors.js';
import { normal, zeros } from './initializers.js';
import { isModule, Module } from './module.js';
import { parameter } from './parameter.js';
import { Rng } from './rng.js';
import { expectNoLeak, verifyModule } from './testing/index.js';

class Leaf extends Module {
  readonly weight = parameter([2, 2], zeros);
  readonly rng: Rng;

  constructor(rng: Rng) {
    super();
    this.rng = rng;
  }
}

class Tree extends Module {
  readonly first: Leaf;
  readonly list: Leaf[];
  readonly named: { a: Leaf; b: { deep: Leaf } };
  readonly tied: tf.Variable;
  readonly owner: { root?: Tree } = {};
  readonly settings = { size: 3, words: ['a', null], when: new Date(0), table: new Map() };

  constructor(rng = new Rng(0)) {
    super();
    this.first = new Leaf(rng);
    this.list = [new Leaf(rng.split()), new Leaf(rng)];
    this.named = { a: this.list[1]!, b: { deep: new Leaf(rng.split()) } };
    this.tied = this.first.weight;
    this.owner.root = this;
  }
}

beforeAll(() => useBackend('cpu'));

describe('Module', () => {
  it('keeps the laws of modules', () => verifyModule(() => new Tree()));

  it('names variables, modules and streams by their first path, in order, each once', () => {
    const tree = new Tree();
    const leaves = ['first', 'list.0', 'list.1', 'named.b.deep'];
    const paths = (entries: Iterable<[string, unknown]>) => Array.from(entries, ([path]) => path);
    expect(paths(tree.namedVariables())).toEqual(leaves.map((leaf) => `${leaf}.weight`));
    expect(paths(tree.namedModules())).toEqual(['', ...leaves]);
    expect(paths(tree.namedStreams())).toEqual(['first.rng', 'list.0.rng', 'named.b.deep.rng']);
    expect(tree.tied).toBe(new Map(tree.namedVariables()).get('first.weight'));
    tree.dispose();
  });

  it('finds what a function carries', () => {
    class WithFunction extends Module {
      readonly draw: object = Object.assign(() => 0, { rng: new Rng(1), leaf: new Leaf(new Rng(2)) });
    }
    const streams = [...new WithFunction().namedStreams()].map(([path]) => path);
    expect(streams).toEqual(['draw.rng', 'draw.leaf.rng']);
  });

  it('switches everything below to training and back', () => {
    using tree = new Tree();
    const modes = () => Array.from(tree.namedModules(), ([, module]) => module.training);
    expect(modes()).toEqual(new Array(5).fill(false));
    expect(tree.train()).toBe(tree);
    expect(modes()).toEqual(new Array(5).fill(true));
    tree.list[0]!.train(false);
    expect(modes()).toEqual([true, true, false, true, true]);
    tree.train(false);
    expect(modes()).toEqual(new Array(5).fill(false));
  });

  it('freezes parts', () => {
    using tree = new Tree();
    tree.named.b.deep.freeze();
    expect(tree.trainableVariables().map(([path]) => path)).toEqual(['first.weight', 'list.0.weight', 'list.1.weight']);
    tree.freeze();
    expect(tree.trainableVariables()).toEqual([]);
    tree.freeze(false);
    expect(tree.trainableVariables()).toHaveLength(4);
  });

  it('is of no use once disposed, with all its parts', () => {
    const tree = new Tree();
    tree.dispose();
    expect([tree.disposed, tree.first.disposed, tree.first.weight.isDisposed]).toEqual([true, true, true]);
    expect(() => tree.train()).toThrow(UsageError);
  });

  it('takes parts that another copy of this package made', async () => {
    vi.resetModules();
    const other = await import('./module.js');
    const { Rng: OtherRng } = await import('./rng.js');
    class Part extends other.Module {
      readonly weight = parameter([1], zeros);
      readonly rng = new OtherRng(1);
    }
    class Whole extends Module {
      readonly part = new Part();
    }
    const whole = new Whole().train();
    expect(isModule(whole.part)).toBe(true);
    expect(whole.part.training).toBe(true);
    expect([...whole.namedVariables()].length + [...whole.namedStreams()].length).toBe(2);
    whole.dispose();
    expect(whole.part.disposed).toBe(true);
  });

  it.each([null, undefined, 1, {}, Module])('%s is not one', (value) => expect(isModule(value)).toBe(false));
});

describe('parameter', () => {
  it('is one trainable tensor that no tidy frees', async () => {
    await expectNoLeak(() => tf.tidy(() => parameter([3], normal(1), new Rng(0))).dispose());
    const weight = tf.tidy(() => parameter([2, 3], normal(1), new Rng(0)));
    expect([weight.shape, weight.dtype, weight.trainable, weight.isDisposed]).toEqual([[2, 3], 'float32', true, false]);
    weight.dispose();
  });

  it.each([[[0, 2]], [[1.5]], [[-1]]])('has no size %j', (shape) => {
    expect(() => parameter(shape, zeros)).toThrow(OptionError);
  });
});
