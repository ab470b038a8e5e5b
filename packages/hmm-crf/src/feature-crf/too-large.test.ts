import { isSeqError } from '@seqloom/core/errors';
import { expect, it } from 'vitest';
import { FeatureCRF, type FeatureModel, fitFeatureCRF, lbfgs } from './index.js';
import { placed } from './too-large.js';

const model = (L: number): FeatureModel => ({
  labels: Array.from({ length: L }, (_, i) => `label ${i}`),
  attributes: { size: 0, id: () => -1, name: String },
  ...{ stateOffsets: new Int32Array(1), stateLabels: new Int32Array(0), stateWeights: new Float64Array(0) },
  ...{ transitionOffsets: new Int32Array(L + 1), transitionLabels: new Int32Array(0) },
  transitionWeights: new Float64Array(0),
});

/** One sequence in which all labels and attributes differ. */
const data = (n: number) => [
  { items: Array.from({ length: n }, (_, i) => [`${i}`]), labels: Array.from({ length: n }, (_, i) => `${i}`) },
];

it('a model of more labels than pairs of them can be held is refused', () => {
  expect(() => new FeatureCRF(model(100_000))).toThrow(/FeatureModel: 100000 labels are too many.*at most 8192/);
});

it('so are data', async () => {
  await expect(fitFeatureCRF(data(50_000), { algorithm: lbfgs() })).rejects.toThrow(/trainFeatureCRF: 50000 labels/);
});

it('so are all attributes with all labels', async () => {
  const wide = [{ items: Array.from({ length: 8200 }, (_, i) => [`${i}a`, `${i}b`]), labels: data(8000)[0]!.labels }];
  wide[0]!.labels.push(...wide[0]!.labels.slice(0, 200));
  await expect(fitFeatureCRF(wide, { features: { possibleStates: true } })).rejects.toThrow(
    /16400 attributes × 8000 labels are 131200000 features/,
  );
});

it('what memory refuses has its sizes in the error, and other errors are left as they are', () => {
  const fail = (error: Error) => () =>
    placed(
      'here',
      () => '7 things',
      () => {
        throw error;
      },
    );
  const attempt = (error: Error) => expect(fail(error)).toThrow(expect.objectContaining({ cause: error }));
  attempt(new RangeError('Array buffer allocation failed'));
  expect(fail(new RangeError(''))).toThrow(/here: 7 things do not fit in memory/);
  expect(fail(new TypeError('else'))).toThrow(/^else$/);
  expect(isSeqError(new RangeError())).toBe(false);
});
