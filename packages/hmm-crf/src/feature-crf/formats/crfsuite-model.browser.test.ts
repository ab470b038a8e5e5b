import { expect, test } from 'vitest';
import fixture from '../../__fixtures__/crfsuite-models.json' with { type: 'json' };
import { FeatureCRF } from '../feature-crf.js';
import { readAttributes } from './attribute-text.js';
import { readCrfsuiteModel } from './crfsuite-model.js';
import { writeCrfsuiteModel } from './crfsuite-model-writer.js';

test('a page reads, tags and writes as CRFsuite does', async () => {
  const { model: base64, tagged } = fixture.cases[0]!;
  const bytes = new Uint8Array(await (await fetch(`data:application/octet-stream;base64,${base64}`)).arrayBuffer());
  const model = readCrfsuiteModel(bytes);
  const crf = new FeatureCRF(model);
  const text = new Blob([fixture.test]).stream().pipeThrough(new TextDecoderStream());
  const tags: string[][] = [];
  for await (const { items } of readAttributes(text)) tags.push(crf.tag(items));
  expect(tags).toEqual(tagged.map(({ labels }) => labels));
  expect(writeCrfsuiteModel(model)).toEqual(bytes);
});
