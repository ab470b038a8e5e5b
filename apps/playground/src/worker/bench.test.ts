/** The work bench without its worker: the same commands, the same reports, on wasm in Node. */

import { readSafetensors, writeSafetensors } from '@seqloom/core';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Bench } from './bench.js';
import { composed, experiments } from './catalog.js';
import type { Checkpoint, Command, Composition, Report } from './protocol.js';

const small = { writing: 'numbers', size: 32, batchSize: 8, heads: 2, cell: 'lstm' };

const composition = (experiment: string, values: Record<string, string | number> = {}): Composition =>
  composed(experiment, { backend: 'wasm', ...small, ...values });

/** A bench, and everything that it reported so far. */
async function open(commands: Command[] = []) {
  const reports: Report[] = [];
  const bench = new Bench((report) => reports.push(report));
  for (const command of commands) await bench.obey(command);
  const all = <T extends Report['type']>(type: T) =>
    reports.filter((r): r is Extract<Report, { type: T }> => r.type === type);
  const losses = () => all('progress').flatMap(({ progress }) => progress.losses.map(([, loss]) => loss));
  return { bench, all, losses, reports };
}

const steps = (count: number): Command[] => new Array<Command>(count).fill({ type: 'step' });

test.each([...experiments.keys()])(
  '%s: training goes on from a checkpoint as if it had never stopped',
  async (name) => {
    const start: Command = { type: 'compose', composition: composition(name), start: 'fresh' };
    const straight = await open([start, ...steps(6)]);
    const first = await open([start, ...steps(3), { type: 'pause' }]);
    const checkpoint: Checkpoint = first.all('checkpoint').at(-1)!.checkpoint;
    expect(checkpoint.step).toBe(3);
    const second = await open([{ ...start, start: checkpoint }, ...steps(3)]);
    expect(straight.losses()).toHaveLength(6);
    expect([...first.losses(), ...second.losses()]).toEqual(straight.losses());
    for (const { all } of [straight, first, second]) expect(all('failed')).toEqual([]);
  },
);

test.each([...experiments.keys()])(
  '%s: no tensor is left over by steps, answers, measures or a new model',
  async (name) => {
    const start: Command = { type: 'compose', composition: composition(name), start: 'fresh' };
    const { bench, all } = await open([start]);
    const input = experiments.get(name)!.examples[0] ?? all('composed')[0]!.examples[0]!.input;
    const question: Command = { type: 'watch', question: { experiment: name, input, touches: [] } };
    for (const command of [question, ...steps(2)]) await bench.obey(command);
    const { numTensors } = memory();
    for (const command of [...steps(2), question, { type: 'stop' }, ...steps(1), { type: 'save' }] as Command[]) {
      await bench.obey(command);
      expect([command.type, memory().numTensors]).toEqual([command.type, numTensors]);
    }
    for (const command of [start, ...steps(2)]) await bench.obey(command);
    expect(memory().numTensors).toBe(numTensors);
    expect(all('prediction').length).toBeGreaterThan(2);
    expect(all('failed')).toEqual([]);
  },
);

test.each([...experiments])(
  '%s: states what its first setup comes to, of a quality that it measures',
  (_, experiment) => {
    const { measure, outcome } = experiment;
    const qualities = [measure, ...(measure.beside ?? [])].map(({ label }) => label);
    expect(qualities).toContain(outcome.quality ?? measure.label);
    expect(outcome.steps).toBeGreaterThan(0);
  },
);

test.each([
  ['hmm', {}, 'Converged'],
  ['crf', { c2: 10 }, 'Converged'],
  ['crf', { algorithm: 'perceptron' }, 'The algorithm has ended'],
  ['tagger', { model: 'hmm' }, 'Every sentence was counted'],
])('%s %o stops by itself where there is nothing left to learn, and goes on when asked', async (name, values, why) => {
  const { bench, all, losses } = await open([
    { type: 'compose', composition: composition(name, { heads: 1, ...values }), start: 'fresh' },
  ]);
  const run = async () => {
    await bench.obey({ type: 'train' });
    for (let step = 0; bench.training && step < 1000; step++) await bench.step();
    return all('progress').at(-1)!.progress;
  };
  const { phase, step, measures } = await run();
  expect(all('ended')).toEqual([{ type: 'ended', why, step }]);
  expect(phase).toBe('stopped');
  expect(measures.at(-1)![0]).toBe(step);
  expect(losses()).toHaveLength(step);
  await bench.obey({ type: 'train' });
  await bench.step();
  expect(all('progress').at(-1)!.progress.step).toBeGreaterThanOrEqual(step);
  expect((await run()).phase).toBe('stopped');
  expect(all('failed')).toEqual([]);
});

const exporting = [...experiments].filter(([, { program }]) => program).map(([name]) => name);

test.each(exporting)('%s: its program is a project that imports public packages only', async (name) => {
  const { all } = await open([{ type: 'compose', composition: composition(name), start: 'fresh' }, { type: 'export' }]);
  expect(all('failed')).toEqual([]);
  const { files } = all('exported')[0]!;
  const [weights] = Object.keys(files).filter((file) => file.startsWith('model.'));
  expect(String(files['use.ts'])).toContain(`'${weights}'`);
  const imports = Array.from(String(files['use.ts']).matchAll(/from '([^']+)'/g), ([, from]) => from!);
  expect(imports.filter((from) => !/^(@seqloom\/|@tensorflow\/tfjs-core$|node:)/.test(from))).toEqual([]);
  const { dependencies } = JSON.parse(String(files['package.json']));
  for (const from of imports.filter((each) => each.startsWith('@'))) {
    expect(Object.keys(dependencies)).toContain(from.split('/').slice(0, 2).join('/'));
  }
});

test('a change of the learning rate or the backend keeps the weights, any other makes a new model', async () => {
  const { bench, all } = await open([
    { type: 'compose', composition: composition('dates'), start: 'fresh' },
    ...steps(2),
  ]);
  const stepAfter = async (values: Record<string, string | number>) => {
    await bench.obey({ type: 'compose', composition: composition('dates', values), start: 'carry' });
    return all('composed').at(-1)!.step;
  };
  expect(await stepAfter({ learningRate: 0.001 })).toBe(2);
  expect(await stepAfter({ learningRate: 0.001, optimizer: 'sgd' })).toBe(2);
  expect(await stepAfter({ learningRate: 0.001, optimizer: 'sgd', backend: 'cpu' })).toBe(2);
  expect(all('composed').at(-1)!.backend).toBe('cpu');
  expect(await stepAfter({ size: 64 })).toBe(0);
  expect(all('failed')).toEqual([]);
});

test('a model can be asked as it was before, and is as it is afterwards', async () => {
  const question = { experiment: 'dates', input: '3 May 2001', touches: [] };
  const start: Command = { type: 'compose', composition: composition('dates'), start: 'fresh' };
  const { bench, all } = await open([start, { type: 'watch', question }, ...steps(3)]);
  expect(all('progress').at(-1)!.progress.past).toEqual([0, 1, 2, 3]);
  const [before, ...later] = all('prediction');
  await bench.obey({ type: 'watch', question: { ...question, when: 0 } });
  expect(all('prediction').at(-1)).toMatchObject({ step: 0, prediction: before!.prediction });
  await bench.obey({ type: 'watch', question });
  expect(all('prediction').at(-1)).toEqual(later.at(-1));
});

test('a question that comes before its experiment waits for it', async () => {
  const question = { experiment: 'forecast', input: [1, 2, 3], touches: [] };
  const { bench, all } = await open([
    { type: 'compose', composition: composition('dates'), start: 'fresh' },
    { type: 'watch', question },
  ]);
  expect([all('failed'), all('prediction')]).toEqual([[], []]);
  await bench.obey({ type: 'compose', composition: composition('forecast'), start: 'carry' });
  expect(all('prediction').map((prediction) => prediction.question)).toEqual([question]);
});

test('law: of a model that is replaced by another, its checkpoint is told and then nothing more; the same one goes on', async () => {
  const start: Command = { type: 'compose', composition: composition('dates'), start: 'fresh' };
  const kept = (await open([start, ...steps(2), { type: 'keep' }, { type: 'save' }])).all;
  const [{ checkpoint }, { weights }] = [kept('kept')[0]!, kept('saved')[0]!];
  const others: [Command, string | undefined, number[]][] = [
    [start, undefined, [0]],
    [{ ...start, start: checkpoint }, undefined, [2]],
    [{ type: 'load', name: 'w', weights }, 'w', [0]],
  ];
  for (const [command, loaded, past] of others) {
    const { bench, all, reports } = await open([start, ...steps(3), { type: 'train' }]);
    for (let count = 0; count < 2; count++) await bench.step(); // quick ones, which are told later
    await bench.obey(command);
    const [before, after] = [reports.findLastIndex(({ type }) => type === 'composed'), reports.length];
    expect(all('composed').at(-1)).toMatchObject({
      carried: false,
      loaded,
      step: past[0],
      phase: past[0] ? 'paused' : 'ready',
    });
    expect(reports.slice(0, before).findLast(({ type }) => type === 'checkpoint')).toMatchObject({
      checkpoint: { step: 5 },
    });
    const later = reports
      .slice(before, after)
      .flatMap((report) => (report.type === 'progress' ? [report.progress] : []));
    expect(later.flatMap(({ losses }) => losses)).toEqual([]);
    expect(later.at(-1)!.past).toEqual(past);
  }
  const { all } = await open([start, ...steps(3), { ...start, start: 'carry' }]);
  expect(all('composed')[1]).toMatchObject({ carried: true, step: 3 });
  expect(all('progress').at(-1)!.progress.past).toEqual([0, 1, 2, 3]);
});

test('what cannot be built is refused or explained, and the model at hand stays', async () => {
  const fine = composition('tagger', { heads: 1 });
  const { bench, all } = await open([{ type: 'compose', composition: fine, start: 'fresh' }, ...steps(1)]);
  await bench.obey({ type: 'compose', composition: composition('tagger', { scorer: 'none' }), start: 'carry' });
  expect(Object.keys(all('refused').at(-1)!.objections)).toEqual(['heads']);
  const file = new File(['no treebank'], 'letter.txt');
  await bench.obey({ type: 'compose', composition: { ...fine, file }, start: 'carry' });
  expect(all('failed').at(-1)!.failure).toMatchObject({ during: 'compose', message: expect.stringContaining('1') });
  await bench.obey({ type: 'load', name: 'x', weights: new Uint8Array([1, 2, 3]) });
  expect(all('failed').at(-1)!.failure.during).toBe('load');
  await bench.obey({ type: 'step' });
  expect(all('progress').at(-1)!.progress.step).toBe(2);
});

test.each([
  ['dates', { size: 16 }, /safetensors$/],
  ['hmm', { states: 3, seed: 5 }, /json$/],
  ['crf', { features: 'word' }, /crf$/],
  ['tagger', { model: 'hmm', heads: 1 }, /json$/],
])('%s: weights bring the setup that they were made with, and are refused elsewhere', async (name, values, ending) => {
  const made = composition(name, values);
  const first = await open([{ type: 'compose', composition: made, start: 'fresh' }, ...steps(2), { type: 'save' }]);
  const { file, weights } = first.all('saved')[0]!;
  expect(file).toMatch(ending);
  const load: Command = { type: 'load', name: file, weights };
  const here = await open([{ type: 'compose', composition: composition(name, { heads: 1 }), start: 'fresh' }, load]);
  expect(here.all('failed')).toEqual([]);
  expect(here.all('composed').at(-1)!.composition).toEqual(made);
  expect(here.all('loaded')).toEqual([{ type: 'loaded', name: file, brought: true }]);
  await here.bench.obey(load);
  await here.bench.obey({ type: 'save' });
  expect(here.all('loaded')[1]).toMatchObject({ brought: false });
  expect(here.all('saved')[0]!.weights).toEqual(weights);
  const elsewhere = await open([{ type: 'compose', composition: composition('memory'), start: 'fresh' }, load]);
  expect(elsewhere.all('failed')[0]!.failure.message).toContain(experiments.get(name)!.title);
});

test('weights that were learnt from a file of the person want that file', async () => {
  const own = { ...composition('forecast'), file: new File([series()], 'mine.csv') };
  const first = await open([{ type: 'compose', composition: own, start: 'fresh' }, { type: 'save' }]);
  const load: Command = { type: 'load', name: 'w', weights: first.all('saved')[0]!.weights };
  const without: Command = { type: 'compose', composition: composition('forecast'), start: 'fresh' };
  const { bench, all } = await open([without, load]);
  expect(all('failed')[0]!.failure.message).toContain('mine.csv');
  await bench.obey({ type: 'compose', composition: own, start: 'carry' });
  await bench.obey(load);
  expect(all('loaded')).toHaveLength(1);
});

function series(): string {
  return `value\n${Array.from({ length: 400 }, (_, t) => (t % 12) + 0.5).join('\n')}\n`;
}

test('a loss that is no number pauses the training, says so, and counts no step', async () => {
  const start: Command = { type: 'compose', composition: composition('dates'), start: 'fresh' };
  const { tensors } = readSafetensors((await open([start, { type: 'save' }])).all('saved')[0]!.weights);
  for (const { values } of tensors.values()) values.fill(Number.NaN);
  const weights = writeSafetensors({ tensors, metadata: {} });
  const { bench, all } = await open([start, { type: 'load', name: 'nan', weights }, { type: 'train' }]);
  await bench.step();
  expect(bench.training).toBe(false);
  expect(all('failed').at(-1)!.failure).toMatchObject({
    during: 'train',
    message: expect.stringContaining('diverged'),
  });
  expect(all('failed').at(-1)!.failure.hint).toContain('learning rate');
  expect(all('progress').at(-1)!.progress).toMatchObject({ phase: 'paused', step: 0 });
  await bench.obey(start);
  await bench.obey({ type: 'step' });
  expect(all('progress').at(-1)!.progress.step).toBe(1);
});
