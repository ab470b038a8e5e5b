/** Which attention: the scorers on offer, alone or in several heads. */
import { AdditiveScore, Attention, DotScore, MultiHead, ScaledDotScore } from '@seqloom/attention';
import type { Attends, Rng, Scorer } from '@seqloom/core';
import { choice } from '../controls/control.js';

const scorers = {
  additive: ({ querySize, keySize, rng }: Sizes) => new AdditiveScore({ querySize, keySize, size: keySize, rng }),
  dot: () => new DotScore(),
  'scaled-dot': () => new ScaledDotScore(),
} satisfies Record<string, (sizes: Sizes) => Scorer>;

export type ScorerName = keyof typeof scorers;

export const scorerOptions: { value: ScorerName; label: string }[] = [
  { value: 'additive', label: 'Additive' },
  { value: 'dot', label: 'Dot' },
  { value: 'scaled-dot', label: 'Scaled' },
];

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

/** One attention, or `heads` of them on projections of their own; what it returns has `keySize` features. */
export function makeAttention(scorer: ScorerName, heads: number, sizes: Sizes): Attends {
  if (heads === 1) return new Attention({ scorer: scorers[scorer](sizes) });
  const { querySize, keySize, rng } = sizes;
  const inner = new Attention({
    scorer: scorers[scorer]({ querySize: keySize / heads, keySize: keySize / heads, rng }),
  });
  return new MultiHead({ inner, heads, size: keySize, querySize, keySize, rng }) as Attends;
}
