import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../backend/index.js';
import { CheckpointError, UsageError } from '../errors.js';
import { normal } from '../initializers.js';
import { Module } from '../module.js';
import { parameter } from '../parameter.js';
import { Rng } from '../rng.js';
import { expectNoLeak } from '../testing/index.js';
import { loadWeights, readConfig, readSafetensors, saveWeights, writeSafetensors } from './index.js';

class Network extends Module {
  readonly weight: tf.Variable;
  readonly part: { bias: tf.Variable };
  readonly seen: tf.Variable;

  constructor(seed: number, size = 3) {
    super();
    this.weight = parameter([size, 2], normal(1), new Rng(seed));
    this.part = { bias: parameter([2], normal(1), new Rng(seed + 1)) };
    this.seen = tf.tidy(() => tf.variable(tf.tensor1d([seed, 2], 'int32'), false));
  }
}

const values = (model: Module) => Array.from(model.namedVariables(), ([path, v]) => [path, v.dtype, ...v.dataSync()]);

describe.each(['cpu', 'wasm'] as const)('on %s', (backend) => {
  let model: Network;
  beforeAll(() => useBackend(backend));
  beforeEach(() => {
    model = new Network(1);
  });

  it('saved weights come back bit for bit, with their configuration, and the same model gives the same bytes', async () => {
    const config = { size: 3, words: ['a', 'ß', '"'], nothing: null };
    const bytes = await saveWeights(model, config);
    const other = new Network(9);
    await loadWeights(other, bytes);
    expect(values(other)).toEqual(values(model));
    expect(await readConfig(bytes)).toEqual(config);
    expect(await saveWeights(other, config)).toEqual(bytes);
  });

  it("reads Node's Buffer, whose slice is no copy, as often as one likes", async () => {
    const bytes = Buffer.from(await saveWeights(model, 'configuration'));
    expect(await readConfig(bytes)).toBe('configuration');
    const other = new Network(9);
    await loadWeights(other, bytes);
    expect(values(other)).toEqual(values(model));
  });

  it('nothing is left behind', async () => {
    const bytes = await saveWeights(model);
    await expectNoLeak(async () => loadWeights(model, await saveWeights(model)));
    const larger = new Network(2, 4);
    await expectNoLeak(() => loadWeights(larger, bytes).catch(() => {}));
  });

  it('takes foreign safetensors with the right names, and no others', async () => {
    const { tensors } = readSafetensors(await saveWeights(model));
    const other = new Network(9);
    await loadWeights(other, writeSafetensors({ tensors, metadata: { format: 'pt' } }));
    expect(values(other)).toEqual(values(model));
    await expect(readConfig(writeSafetensors({ tensors, metadata: {} }))).rejects.toThrow('holds no configuration');
  });
});

describe('a file that does not fit', () => {
  beforeAll(() => useBackend('cpu'));

  it('is named, and changes nothing', async () => {
    const saved = readSafetensors(await saveWeights(new Network(1)));
    const foreign = (change: (tensors: Map<string, unknown>) => void) => {
      const tensors = new Map(saved.tensors);
      change(tensors);
      return writeSafetensors({ tensors, metadata: {} });
    };
    const target = new Network(5);
    const before = values(target);
    for (const [bytes, message] of [
      [await saveWeights(new Network(1, 4)), /weight must have shape \[3,2\], got \[4,2\]/],
      [foreign((tensors) => tensors.delete('part.bias')), /the file lacks 'part.bias'/],
      [foreign((tensors) => tensors.set('extra', tensors.get('weight'))), /has the unexpected 'extra'/],
      [
        foreign((tensors) => tensors.set('seen', { dtype: 'bool', shape: [2], values: new Uint8Array(2) })),
        /seen must be int32, got bool/,
      ],
      [new TextEncoder().encode('PK not a tensor file'), /not a safetensors file/],
    ] as const) {
      await expect(loadWeights(target, bytes)).rejects.toThrow(message);
      await expect(loadWeights(target, bytes)).rejects.toThrow(CheckpointError);
    }
    expect(values(target)).toEqual(before);
  });

  it('a model that is disposed neither saves nor loads', async () => {
    const model = new Network(1);
    const bytes = await saveWeights(model);
    model.dispose();
    await expect(saveWeights(model)).rejects.toThrow(UsageError);
    await expect(loadWeights(model, bytes)).rejects.toThrow(UsageError);
  });

  it('a file of a later version says so', async () => {
    const { tensors, metadata } = readSafetensors(await saveWeights(new Network(1)));
    const later = writeSafetensors({ tensors, metadata: { ...metadata, 'seqloom.version': '2' } });
    await expect(loadWeights(new Network(1), later)).rejects.toThrow("format version '2' is not 1");
  });

  it('damage anywhere is a CheckpointError, and never changes the model', async () => {
    const bytes = await saveWeights(new Network(1), { size: 3 });
    const target = new Network(5);
    const before = values(target);
    const position = fc.nat(bytes.length - 1);
    const flips = fc.dictionary(position.map(String), fc.integer({ min: 1, max: 255 }), { minKeys: 1, maxKeys: 4 });
    const refused = async (damaged: Uint8Array) => {
      await expect(loadWeights(target, damaged)).rejects.toThrow(CheckpointError);
      await expect(readConfig(damaged)).rejects.toThrow(CheckpointError);
      expect(values(target)).toEqual(before);
    };
    await fc.assert(
      fc.asyncProperty(flips, (changes) => refused(bytes.map((byte, at) => byte ^ (changes[at] ?? 0)))),
      { numRuns: 500 },
    );
    await fc.assert(fc.asyncProperty(position, (length) => refused(bytes.subarray(0, length))));
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), refused));
    for (let at = 0; at < bytes.length; at++) await refused(bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
  });
});
