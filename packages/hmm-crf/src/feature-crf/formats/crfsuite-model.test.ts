import { collect } from '@seqloom/core/dataset';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import fixture from '../../__fixtures__/crfsuite-models.json' with { type: 'json' };
import { FeatureCRF } from '../feature-crf.js';
import type { FeatureModel } from '../feature-model.js';
import { readAttributes } from './attribute-text.js';
import { readCrfsuiteModel } from './crfsuite-model.js';
import { writeCrfsuiteModel } from './crfsuite-model-writer.js';

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const file = bytesOf(fixture.cases[0]!.model);
const names = ({ attributes }: FeatureModel) => Array.from({ length: attributes.size }, (_, id) => attributes.name(id));
const { attributes: _, ...arrays } = readCrfsuiteModel(file);

describe.each(fixture.cases)('a model that CRFsuite trained: $algorithm $parameters', (theirs) => {
  const bytes = bytesOf(theirs.model);
  const model = readCrfsuiteModel(bytes);

  test('has the features of its dump', () => {
    expect(model.stateWeights).toHaveLength(theirs.stateFeatures);
    const transitions = model.labels.flatMap((from, i) =>
      Array.from({ length: model.transitionOffsets[i + 1]! - model.transitionOffsets[i]! }, (_, n) => {
        const f = model.transitionOffsets[i]! + n;
        return [`${from} -> ${model.labels[model.transitionLabels[f]!]}`, model.transitionWeights[f]!] as const;
      }),
    );
    const expected = Object.entries(theirs.transitions).map(([name, weight]) => [name, expect.closeTo(weight, 5)]);
    expect(transitions.toSorted()).toEqual(expected.toSorted());
  });

  test('tags as CRFsuite does', async () => {
    const crf = new FeatureCRF(model);
    const sequences = await collect(readAttributes(fixture.test));
    for (const [n, { items }] of sequences.entries()) {
      const { labels, probability, marginals } = theirs.tagged[n]!;
      expect(crf.tag(items)).toEqual(labels);
      expect(crf.probability(items, labels)).toBeCloseTo(probability, 10);
      expect(crf.marginals(items).flatMap((row) => [...row])).toEqual(
        marginals.flat().map((p) => expect.closeTo(p, 10)),
      );
    }
  });

  test('is written as it was, byte for byte', () => expect(writeCrfsuiteModel(model)).toEqual(bytes));
});

describe('law: what is written is read back exactly', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((s) => !s.includes('\0'));
  const weight = fc.double({ noNaN: true, noDefaultInfinity: true });
  const shape = fc.record({
    labels: fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
    attributes: fc.uniqueArray(name, { maxLength: 40 }),
    cells: fc.infiniteStream(fc.option(weight)),
  });

  test('for any model', () => {
    const law = fc.property(shape, ({ labels, attributes, cells }) => {
      const groups = (sources: number) => {
        const rows = Array.from({ length: sources }, () => labels.map(() => cells.next().value as number | null));
        const offsets = Int32Array.from([0, ...rows.map((row) => row.filter((w) => w !== null).length)]);
        for (let i = 1; i <= sources; i++) offsets[i]! += offsets[i - 1]!;
        const targets = rows.flatMap((row) => row.flatMap((w, label) => (w === null ? [] : [label])));
        return [offsets, Int32Array.from(targets), Float64Array.from(rows.flat().filter((w) => w !== null))] as const;
      };
      const [stateOffsets, stateLabels, stateWeights] = groups(attributes.length);
      const [transitionOffsets, transitionLabels, transitionWeights] = groups(labels.length);
      const written = {
        labels,
        stateOffsets,
        stateLabels,
        stateWeights,
        transitionOffsets,
        transitionLabels,
        transitionWeights,
      };
      const table = {
        size: attributes.length,
        id: (s: string) => attributes.indexOf(s),
        name: (id: number) => attributes[id]!,
      };
      const padded = new Uint8Array([7, ...writeCrfsuiteModel({ ...written, attributes: table })]); // at an odd address
      const { attributes: read, ...rest } = readCrfsuiteModel(padded.subarray(1));
      expect(rest).toEqual(written);
      expect(attributes.map((_, id) => read.name(id))).toEqual(attributes);
      expect(attributes.map((s) => read.id(s))).toEqual(attributes.map((_, id) => id));
      expect(['unknown', 'un', '\0', 'x'.repeat(999)].map((s) => read.id(s))).toEqual([-1, -1, -1, -1]);
    });
    fc.assert(law, { numRuns: 200 });
  });

  test('for twenty thousand attributes', () => {
    const table = { size: 20_000, id: () => -1, name: (id: number) => `w[${id % 7}]=${id}` };
    const stateOffsets = new Int32Array(20_001);
    const model = {
      ...arrays,
      attributes: table,
      stateOffsets,
      stateLabels: new Int32Array(0),
      stateWeights: new Float64Array(0),
    };
    const { attributes } = readCrfsuiteModel(writeCrfsuiteModel(model));
    for (let id = 0; id < table.size; id++) expect(attributes.id(table.name(id))).toBe(id);
  });
});

test('what no file can hold is a DataError', () => {
  const model = readCrfsuiteModel(file);
  const named = (name: (id: number) => string) => ({
    ...model,
    attributes: { size: model.attributes.size, id: () => -1, name },
  });
  const swapped = model.stateLabels.map((label) => 3 - label);
  const wrong: [FeatureModel, string][] = [
    [named(() => 'same'), 'the same name'],
    [named((id) => `a\0${id}`), 'a character 0'],
    [named((id) => `\ud800${id}`), 'half a surrogate pair'],
    [{ ...model, stateLabels: swapped }, 'do not ascend'],
    [{ ...model, stateOffsets: new Int32Array(3) }, 'stateOffsets'],
  ];
  for (const [broken, problem] of wrong) {
    expect(() => writeCrfsuiteModel(broken)).toThrow(expect.objectContaining({ name: 'DataError' }));
    expect(() => writeCrfsuiteModel(broken)).toThrow(problem);
  }
  expect(() => model.attributes.name(model.attributes.size)).toThrow(expect.objectContaining({ name: 'DataError' }));
});

describe('a broken file is a CheckpointError with its place, or a model that works', () => {
  /** What reading gives: the message of the error, or nothing when every name of the model can be used. */
  const read = (bytes: Uint8Array): string | undefined => {
    let model: FeatureModel;
    try {
      model = readCrfsuiteModel(bytes);
    } catch (error) {
      expect(error).toMatchObject({ name: 'CheckpointError', where: 'readCrfsuiteModel' });
      expect((error as Error).message).toMatch(/byte \d+: /);
      return (error as Error).message;
    }
    expect(names(model).map((name) => model.attributes.id(name))).toEqual(names(model).map((_, id) => id));
    expect(model.attributes.id('unknown')).toBe(-1);
    writeCrfsuiteModel(model);
    return undefined;
  };
  const patched = (at: number, value: number, bytes = file) => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(at, value, true);
    return copy;
  };

  test('cut short after any byte, also when the header agrees', () => {
    for (let size = 0; size < file.length; size++) {
      expect(read(file.subarray(0, size))).toBeDefined();
      if (size >= 48) expect(read(patched(4, size, file.slice(0, size)))).toBeDefined();
    }
  });

  test('any word of it replaced by a number that lies', () => {
    for (let at = 0; at + 4 <= file.length; at += 4) {
      for (const value of [0, 1, 47, file.length - 1, file.length, 0x7fffffff, 0xffffffff]) read(patched(at, value));
    }
  });

  test('random bytes changed', () => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }));
    const law = fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const copy = file.slice();
      for (const [at, flip] of changes) copy[at]! ^= flip;
      if (read(copy) !== undefined) return;
      const model = readCrfsuiteModel(copy);
      expect(new FeatureCRF(model).tag([names(model), []])).toHaveLength(2);
    });
    fc.assert(law, { numRuns: 2000 });
  });

  const tables = 0x30 + 12 + 20 * 82; // where the database of labels begins
  test.each([
    ['another file', new TextEncoder().encode('<!doctype html>'), "byte 0: expected 'lCRF'"],
    ['nothing', new Uint8Array(0), 'byte 0: a model of CRFsuite would need 4 bytes, but only 0'],
    ['an unknown kind', patched(8, 0), "byte 8: expected 'FOMC'"],
    ['a later version', patched(12, 101), 'byte 12: version 101'],
    ['no labels', patched(20, 0), 'byte 20: a model without labels'],
    ['more labels than there are', patched(20, 5), 'has 4 labels, but the header of the file 5'],
    ['billions of attributes', patched(24, 0xffffffff), 'attributes, but the header of the file 4294967295'],
    ['billions of features', patched(56, 0xffffffff), 'byte 52: 4294967295 features'],
    ['a weight that is no number', patched(60 + 16, 0x7ff80000), 'byte 72: the weight of feature 0 is NaN'],
    ['an unknown label', patched(60 + 8, 4), 'byte 68: feature 0 is of label 4'],
    ['a feature twice', patched(80 + 8, 0), 'byte 80: feature 1 says the same of label 0'],
    ['another byte order', patched(tables + 12, 0x71534462), `byte ${tables + 12}: the byte order`],
    ['a hash table outside', patched(tables + 24 + 8 * 0, 0x7fffffff), 'a hash table of labels'],
    ['trailing bytes', new Uint8Array([...file, 0]), 'byte 4: the header says'],
  ])('%s', (_, bytes, problem) => expect(read(bytes)).toContain(problem));

  test('hash tables made to be searched for hours', () => {
    const table = { size: 20_000, id: () => -1, name: (id: number) => `${id}` };
    const stateOffsets = new Int32Array(20_001);
    const empty = { stateOffsets, stateLabels: new Int32Array(0), stateWeights: new Float64Array(0) };
    const bytes = writeCrfsuiteModel({ ...arrays, ...empty, attributes: table });
    const view = new DataView(bytes.buffer);
    const base = view.getUint32(4 * 9, true);
    const first = view.getUint32(base + 24, true);
    for (let slot = 0; slot < 40_000; slot++) {
      const offset = base + first + 8 * slot + 4;
      if (view.getUint32(offset, true) === 0) view.setUint32(offset, 1, true); // no slot is free: a search never ends early
    }
    for (let t = 0; t < 256; t++) view.setUint32(base + 24 + 8 * t, first, true);
    for (let t = 0; t < 256; t++) view.setUint32(base + 28 + 8 * t, 40_000, true);
    expect(read(bytes)).toContain('the hash tables of the attributes hold no hashes');
  });

  test('a file that is no bytes', () => {
    expect(() => readCrfsuiteModel('model.crfsuite' as never)).toThrow(
      expect.objectContaining({ name: 'OptionError' }),
    );
  });
});
