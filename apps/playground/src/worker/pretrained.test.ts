/** What was trained beforehand fits what experiments begin with, is as good as it says, and never touches what is trained here. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, readSafetensors } from '@seqloom/core';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { Bench } from './bench.js';
import { composed, experiments } from './catalog.js';
import { readPretrained } from './pretrained.js';
import type { Command, Composition, Report } from './protocol.js';
import { compose } from './workpiece.js';

const folder = join(import.meta.dirname, '../../pretrained');
const files = readdirSync(folder);
const weightsOf = (name: string) => new Uint8Array(readFileSync(join(folder, `${name}.safetensors`)));
const anew = 'write it anew with `pnpm run pretrain`';

const first = (experiment: string, values: Record<string, string | number> = {}): Composition =>
  composed(experiment, { backend: 'wasm', ...values });

describe.each(files.map((file) => file.replace('.safetensors', '')))('%s', (name) => {
  const weights = weightsOf(name);

  test('is small, and was trained with the parts that the experiment begins with', () => {
    expect(weights.length).toBeLessThanOrEqual(200_000);
    const { setup, experiment, licence } = readSafetensors(weights).metadata;
    expect([experiment, licence]).toEqual([name, 'MIT']);
    const { controls } = experiments.get(name)!;
    const parts = (all: object) =>
      Object.entries(all).filter(
        ([control]) => control === 'seed' || ['data', 'model'].includes(controls[control]?.affects ?? ''),
      );
    expect(parts(JSON.parse(setup!)), anew).toEqual(parts(first(name).setup));
  });

  test('fits, and is as good on a few unseen examples as it says', async () => {
    const { origin } = readPretrained(weights);
    const { learner } = await compose(first(name));
    await learner.import(weights);
    const [measured = Number.NaN] = await learner.evaluate(Math.min(40, experiments.get(name)!.measure.sample));
    learner.dispose();
    expect(measured, anew).toBeGreaterThan(origin.measures[0]! - 0.1);
  });
});

/** A bench that has composed dates, was offered a model and asked a day, and what it reported. */
async function offered(offer: Command | undefined) {
  const reports: Report[] = [];
  const bench = new Bench((report) => reports.push(report));
  await bench.obey({ type: 'compose', composition: first('dates'), start: 'carry' });
  await bench.obey({ type: 'watch', question });
  if (offer) await bench.obey(offer);
  const all = <T extends Report['type']>(type: T) =>
    reports.filter((report): report is Extract<Report, { type: T }> => report.type === type);
  const answer = () => {
    const { prediction, pretrained, step } = all('prediction').at(-1)!;
    const { result } = prediction;
    return { text: 'text' in result ? result.text : '', by: pretrained?.step, step };
  };
  return { bench, all, answer };
}

const question = { experiment: 'dates', input: 'July 4, 1976', touches: [] };
const offer = (): Command => ({ type: 'pretrained', composition: first('dates'), weights: weightsOf('dates') });
const { origin } = readPretrained(weightsOf('dates'));

test('it answers until training begins, which begins from nothing as ever', async () => {
  const [plain, helped] = [await offered(undefined), await offered(offer())];
  expect(plain.answer().by).toBe(undefined);
  expect(helped.answer()).toEqual({ text: '1976-07-04', by: origin.step, step: 0 });
  await helped.bench.obey({ type: 'watch', question: { ...question, when: 0 } });
  expect(helped.answer()).toEqual(plain.answer());
  await helped.bench.obey({ type: 'watch', question });
  await helped.bench.obey({ type: 'save' });
  expect(helped.all('saved')[0]!.step).toBe(origin.step);
  for (const { bench } of [plain, helped]) await bench.obey({ type: 'step' });
  expect(helped.all('progress').at(-1)!.progress.losses).toEqual(plain.all('progress').at(-1)!.progress.losses);
  expect(helped.answer()).toEqual({ ...plain.answer(), step: 1 });
});

test('a reset, other weights or another model end it', async () => {
  const { bench, answer } = await offered(offer());
  await bench.obey({ type: 'compose', composition: first('dates'), start: 'fresh' });
  expect(answer().by).toBe(undefined);
  await bench.obey(offer());
  expect(answer().by).toBe(origin.step);
  await bench.obey({ type: 'load', name: 'own', weights: weightsOf('dates') });
  expect(answer()).toEqual({ text: '1976-07-04', by: undefined, step: 0 });
});

test('it never stands in for weights that were loaded, nor for a model that went on from them', async () => {
  const { bench, all, answer } = await offered(offer());
  await bench.obey({ type: 'load', name: 'own', weights: weightsOf('dates') });
  await bench.obey({ type: 'compose', composition: first('dates', { learningRate: 0.001 }), start: 'carry' });
  expect(all('composed').at(-1)).toMatchObject({ carried: true, loaded: 'own' });
  await bench.obey(offer());
  expect(answer().by).toBe(undefined);
  await bench.obey({ type: 'keep' });
  await bench.obey({ type: 'compose', composition: first('dates'), start: all('kept')[0]!.checkpoint });
  await bench.obey(offer());
  expect(answer()).toEqual({ text: '1976-07-04', by: undefined, step: 0 });
});

test('one that does not fit, is damaged or comes too late is passed over, and nothing is left behind', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { bench, all, answer } = await offered(undefined);
  const { numTensors } = memory();
  await bench.obey({ ...offer(), weights: weightsOf('intents') } as Command);
  await bench.obey({ ...offer(), weights: new Uint8Array(9) } as Command);
  expect(warn).toHaveBeenCalledTimes(2);
  await bench.obey({ ...offer(), composition: first('dates', { size: 32 }) } as Command);
  expect([answer().by, memory().numTensors]).toEqual([undefined, numTensors]);
  await bench.obey({ type: 'step' });
  await bench.obey(offer());
  expect(answer()).toMatchObject({ by: undefined, step: 1 });
  expect(all('failed')).toEqual([]);
  warn.mockRestore();
});

test('a file that does not say where it comes from is none', () => {
  expect(() => readPretrained(weightsOf('dates').slice(0, 20))).toThrow(CheckpointError);
});
