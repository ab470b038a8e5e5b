/** Whether CRFsuite itself reads what we write: needs a Python that has python-crfsuite, which SEQLOOM_PYTHON names. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from '@seqloom/core/dataset';
import { Rng } from '@seqloom/core/rng';
import { expect, test } from 'vitest';
import fixture from '../../__fixtures__/crfsuite-models.json' with { type: 'json' };
import { FeatureCRF } from '../feature-crf.js';
import type { FeatureModel } from '../feature-model.js';
import type { Item } from '../item.js';
import { lbfgs } from '../lbfgs/lbfgs.js';
import { arow } from '../online/arow.js';
import { averagedPerceptron } from '../online/averaged-perceptron.js';
import { l2sgd } from '../online/l2sgd.js';
import { passiveAggressive } from '../online/passive-aggressive.js';
import { fitFeatureCRF } from '../train-feature-crf.js';
import { readAttributes } from './attribute-text.js';
import { readCrfsuiteModel } from './crfsuite-model.js';
import { writeCrfsuiteModel } from './crfsuite-model-writer.js';

const python = process.env.SEQLOOM_PYTHON;
const absent = !python || !has(python);
if (absent)
  console.warn('left out: CRFsuite reading our models; set SEQLOOM_PYTHON to a Python that has python-crfsuite');

const script = `
import json, sys, pycrfsuite
tagger = pycrfsuite.Tagger()
tagger.open(sys.argv[1])
answers = []
for items in json.load(sys.stdin):
    labels = tagger.tag(items)
    marginals = [[tagger.marginal(label, t) for label in tagger.labels()] for t in range(len(items))]
    answers.append({'labels': labels, 'probability': tagger.probability(labels), 'marginals': marginals})
print(json.dumps({'labels': tagger.labels(), 'answers': answers}))
`;

function has(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import pycrfsuite'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function tagInPython(file: Uint8Array, sequences: readonly (readonly Item[])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'seqloom-'));
  try {
    writeFileSync(join(folder, 'model.crfsuite'), file);
    const asked = [
      python!,
      ['-c', script, join(folder, 'model.crfsuite')],
      { input: JSON.stringify(sequences) },
    ] as const;
    return JSON.parse(execFileSync(...asked).toString());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every attribute under a new name and number, twice as heavy: another model, which only our writer has seen. */
function changed(model: FeatureModel): FeatureModel {
  const names = Array.from({ length: model.attributes.size }, (_, id) => model.attributes.name(id));
  return {
    ...model,
    labels: model.labels.map((label) => `ж:${label}`),
    attributes: { size: names.length, id: (name) => names.indexOf(name), name: (id) => names[id]! },
    stateWeights: model.stateWeights.map((w) => 2 * w),
  };
}

const models: [string, () => Promise<FeatureModel>][] = [
  ...fixture.cases.map(({ algorithm, model }): [string, () => Promise<FeatureModel>] => [
    `theirs (${algorithm}), changed`,
    async () => changed(readCrfsuiteModel(Uint8Array.from(atob(model), (c) => c.charCodeAt(0)))),
  ]),
  ...[lbfgs({ c2: 0.1 }), lbfgs({ c1: 0.5 }), l2sgd(), averagedPerceptron(), passiveAggressive(), arow()].map(
    (algorithm): [string, () => Promise<FeatureModel>] => [
      `trained by us (${algorithm.name})`,
      async () => (await fitFeatureCRF(readAttributes(fixture.train), { algorithm, rng: new Rng(1) })).model,
    ],
  ),
];

test.skipIf(absent).each(models)('left out without SEQLOOM_PYTHON: CRFsuite tags as we do: %s', async (_, make) => {
  const sequences = (await collect(readAttributes(fixture.test))).map(({ items }) => items);
  const model = await make();
  const crf = new FeatureCRF(model);
  const theirs = tagInPython(writeCrfsuiteModel(model), sequences);
  expect(theirs.labels).toEqual(model.labels);
  for (const [n, items] of sequences.entries()) {
    const { labels, probability, marginals } = theirs.answers[n];
    expect(crf.tag(items)).toEqual(labels);
    expect(crf.probability(items, labels)).toBeCloseTo(probability, 10);
    const expected = marginals.flat().map((p: number) => expect.closeTo(p, 10));
    expect(crf.marginals(items).flatMap((row) => [...row])).toEqual(expected);
  }
});
