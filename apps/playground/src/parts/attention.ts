/** Which attention: the scorers on offer, alone or in several heads. */
import {
  AdditiveScore,
  Attention,
  CosineScore,
  DotScore,
  entmax15,
  GeneralScore,
  MultiHead,
  ScaledDotScore,
  sigmoid,
  softmax,
  sparsemax,
} from '@seqloom/attention';
import type { Attends, Normalizer, Rng, Scorer } from '@seqloom/core';
import { choice } from '../controls/control.js';
import type { Hand } from './hand.js';

const scorers = {
  additive: ({ querySize, keySize, rng }) => new AdditiveScore({ querySize, keySize, size: keySize, rng }),
  dot: () => new DotScore(),
  'scaled-dot': () => new ScaledDotScore(),
  general: ({ querySize, keySize, rng }) => new GeneralScore({ querySize, keySize, rng }),
  cosine: () => new CosineScore({ sharpness: 5 }),
} satisfies Record<string, (sizes: Sizes) => Scorer>;

export type ScorerName = keyof typeof scorers;

export const scorerOptions: { value: ScorerName; label: string }[] = [
  { value: 'additive', label: 'Additive' },
  { value: 'dot', label: 'Dot' },
  { value: 'scaled-dot', label: 'Scaled' },
  { value: 'general', label: 'General' },
  { value: 'cosine', label: 'Cosine' },
];

export const scorerControl = choice({
  label: 'Attention score',
  help: 'How a query is compared with a key: by a small network (additive), a dot product, one scaled by its length, a learned bilinear form, or their angle.',
  affects: 'model',
  options: scorerOptions,
  initial: 'additive',
});

const normalizers = { softmax, entmax15, sparsemax, sigmoid } satisfies Record<string, Normalizer>;

export type NormalizerName = keyof typeof normalizers;

export const normalizerControl = choice({
  label: 'Normaliser',
  help: 'What makes weights of scores: softmax leaves something to every key, entmax and sparsemax can give none, and with sigmoid every key decides for itself.',
  affects: 'model',
  options: [
    { value: 'softmax', label: 'Softmax' },
    { value: 'entmax15', label: 'Entmax' },
    { value: 'sparsemax', label: 'Sparsemax' },
    { value: 'sigmoid', label: 'Sigmoid' },
  ],
  initial: 'softmax',
});

export const headsControl = choice({
  label: 'Heads',
  help: 'Attentions side by side, each on its own projection of the states.',
  affects: 'model',
  options: [
    { value: 1, label: '1' },
    { value: 2, label: '2' },
    { value: 4, label: '4' },
  ],
  initial: 1,
});

export interface Sizes {
  readonly querySize: number;
  readonly keySize: number;
  readonly rng: Rng;
}

/** One attention, or `heads` of them on projections of their own; what it returns has `keySize` features. `hand` can set its weights. */
export function makeAttention(
  scorer: ScorerName,
  heads: number,
  sizes: Sizes,
  normalizer: NormalizerName = 'softmax',
  hand?: Hand,
): Attends {
  const plain = normalizers[normalizer];
  const normalize = hand ? hand.guide(plain, heads, normalizer === 'sigmoid') : plain;
  const attention = (own: Sizes) => new Attention({ scorer: scorers[scorer](own), normalize });
  if (heads === 1) return attention(sizes);
  const { querySize, keySize, rng } = sizes;
  const inner = attention({ querySize: keySize / heads, keySize: keySize / heads, rng });
  return new MultiHead({ inner, heads, size: keySize, querySize, keySize, rng }) as Attends;
}
