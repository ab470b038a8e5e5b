/** The same laws as in Node, on all four backends of a real browser; a GPU's programs compile per shape, so one chain is drawn there. */
import { useBackend } from '@seqloom/core';
import { backendsHere } from '@seqloom/core/testing';
import { beforeAll, describe, it } from 'vitest';
import { answerLaws } from './laws/answer-laws.js';
import { chainLaws } from './laws/chain-laws.js';
import { chainSumLaws } from './laws/chain-sum-laws.js';
import { crfLaws } from './laws/crf-laws.js';
import { neuralHMMLaws } from './laws/neural-hmm-laws.js';
import { opLaws } from './laws/op-laws.js';
import { restrictionLaws } from './laws/restriction-laws.js';
import { scanLaws } from './laws/scan-laws.js';
import { segmentAnswerLaws } from './laws/segment-answer-laws.js';
import { segmentLaws } from './laws/segment-laws.js';
import { sparseFeatureLaws } from './laws/sparse-feature-laws.js';

describe.each(backendsHere())('%s', (backend) => {
  const chains = backend.startsWith('webg') ? 1 : 2;
  beforeAll(async () => void (await useBackend(backend)));
  it.each(
    Object.entries({
      ...chainLaws,
      ...chainSumLaws,
      ...answerLaws,
      ...opLaws,
      ...restrictionLaws,
      ...scanLaws,
      ...crfLaws,
      ...neuralHMMLaws,
      ...segmentLaws,
      ...segmentAnswerLaws,
      ...sparseFeatureLaws,
    }),
  )('%s', (_, law) => law(chains));
});
