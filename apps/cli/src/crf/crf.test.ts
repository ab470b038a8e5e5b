import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type FeatureModel, writeCrfsuiteModel } from '@seqloom/hmm-crf/feature-crf';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { dumpModel } from './dump.js';
import { tagFile } from './tag.js';
import { type TrainChoices, trainFile } from './train.js';

const names = ['low', 'up'];
const model: FeatureModel = {
  labels: ['O', 'B'],
  attributes: { size: 2, id: (name) => names.indexOf(name), name: (id) => names[id]! },
  stateOffsets: Int32Array.of(0, 1, 2),
  stateLabels: Int32Array.of(0, 1),
  stateWeights: Float64Array.of(2, 2),
  transitionOffsets: Int32Array.of(0, 0, 1),
  transitionLabels: Int32Array.of(0),
  transitionWeights: Float64Array.of(1),
};
let folder: string;
let written: string;
const path = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seqloom-crf-'));
  await writeFile(path('model'), writeCrfsuiteModel(model));
  await writeFile(path('data'), 'O\tlow\nO\tup\n\nB\tup:0.5\n');
  written = '';
  const write = (text: unknown) => {
    written += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(console, 'log').mockImplementation((line) => void write(`${line}\n`));
  vi.spyOn(console, 'error').mockImplementation((line) => void write(`${line}\n`));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

it('tags, as CRFsuite writes it', async () => {
  await tagFile(path('model'), path('data'), {});
  expect(written).toBe('O\nB\n\nB\n\n');
  written = '';
  await writeFile(path('data.gz'), gzipSync(await readFile(path('data'))));
  await tagFile(path('model'), path('data.gz'), {});
  expect(written).toBe('O\nB\n\nB\n\n');
  written = '';
  await tagFile(path('model'), path('data'), { reference: true, marginals: true, probability: true });
  expect(written).toMatch(
    /^@probability\t0\.\d{6}\nO\tO:0\.\d{6}\nO\tB:0\.\d{6}\n\n@probability\t0\.731059\nB\tB:0\.731059\n\n$/,
  );
  written = '';
  await tagFile(path('model'), path('data'), { evaluate: true });
  expect(written).toBe('items right: 2 of 3 (66.67 %)\nsequences right: 1 of 2 (50.00 %)\n');
});

it('stops at what it cannot read, or leaves it out and says so', async () => {
  await writeFile(path('data'), 'O\tlow:x\n\nO\tup\n');
  await expect(tagFile(path('model'), path('data'), {})).rejects.toThrow('line 1, column 3');
  written = '';
  await tagFile(path('model'), path('data'), { skip: true });
  expect(written).toMatch(/^readAttributes\(data\): line 1.*\n.*\nB\n\n.*left out 1 sequences/);
  await writeFile(path('data'), new Uint8Array([79, 9, 255, 10]));
  await expect(tagFile(path('model'), path('data'), {})).rejects.toThrow('(data): line 1 is not UTF-8');
  await expect(tagFile(path('model'), path('none'), {})).rejects.toMatchObject({ name: 'DataError' });
  await expect(tagFile(path('none'), path('data'), {})).rejects.toMatchObject({ name: 'CheckpointError' });
  await writeFile(path('model'), (await readFile(path('model'))).subarray(0, 100));
  await expect(tagFile(path('model'), path('data'), {})).rejects.toThrow('the file is cut short');
});

it('shows what a model has learned', async () => {
  await dumpModel(path('model'), { top: 1 });
  expect(written).toContain('Transitions\n  +1.0000  B → O\n\nLabel O\n  +2.0000  low\n');
});

const choices = (more: Partial<TrainChoices> = {}): TrainChoices => ({
  ...{ model: path('trained'), algorithm: 'lbfgs', set: [], minFreq: 0, threads: 1, seed: 1, ...more },
});

it.each(['lbfgs', 'l2sgd', 'ap', 'pa', 'arow'] as const)(
  'trains with %s, writes the model, and tags with it',
  async (algorithm) => {
    await writeFile(path('data'), 'O\tlow\nB\tup\n\nB\tup\n\nO\tlow\nO\tlow\n');
    await trainFile([path('data'), path('data')], choices({ algorithm, set: ['maxIterations=20'] }));
    expect(written).toMatch(/iteration 1: loss .*\nstopped: \w+\n2 labels, \d attributes; .* written to/s);
    written = '';
    await tagFile(path('trained'), path('data'), { evaluate: true });
    expect(written).toContain('items right: 5 of 5');
  },
);

it('writes nothing when it cannot train', async () => {
  const failing = (data: string, more?: Partial<TrainChoices>) =>
    expect(trainFile([path(data)], choices(more))).rejects;
  await failing('data', { set: ['c3=1'] }).toThrow('unknown option `c3`');
  await failing('data', { set: ['c1'] }).toThrow("expected name=value, got 'c1'");
  await failing('data', { set: ['calibration.c1=1'], algorithm: 'l2sgd' }).toThrow('unknown option `c1`');
  await expect(readFile(path('trained'))).rejects.toThrow('ENOENT');
});

it('sequences may weigh more than others, and options have groups', async () => {
  const set = ['calibration.eta=0.5', 'calibration.samples=2', 'maxIterations=5'];
  await writeFile(path('weighted'), '@weight:2\nO\tlow\n\nB\tup\n');
  await trainFile([path('weighted')], choices({ algorithm: 'l2sgd', set }));
  const weighted = await readFile(path('trained'));
  await writeFile(path('weighted'), 'O\tlow\n\nB\tup\n');
  await trainFile([path('weighted')], choices({ algorithm: 'l2sgd', set }));
  expect((await readFile(path('trained'))).equals(weighted)).toBe(false);
});

it('Ctrl-C before the first iteration leaves the model that is there', async () => {
  await writeFile(path('trained'), 'a model');
  const training = trainFile([path('data')], choices());
  process.emit('SIGINT');
  await expect(training).rejects.toThrow('stopped before the first iteration');
  expect(await readFile(path('trained'), 'utf8')).toBe('a model');
});
