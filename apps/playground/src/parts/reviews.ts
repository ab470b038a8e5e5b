/** Little reviews, made of parts: some praise, some blame, some neither, and words like "not" and "but" that turn them. */
import type { Rng } from '@seqloom/core';

export interface Labelled {
  readonly text: string;
  readonly label: string;
}

const things = [
  'film',
  'story',
  'hotel',
  'soup',
  'service',
  'music',
  'room',
  'book',
  'phone',
  'coffee',
  'garden',
  'show',
  'bed',
  'price',
  'view',
  'waiter',
];
const good = [
  'good',
  'great',
  'lovely',
  'wonderful',
  'fresh',
  'clever',
  'charming',
  'perfect',
  'friendly',
  'excellent',
  'brilliant',
  'warm',
];
const bad = ['bad', 'poor', 'terrible', 'boring', 'cold', 'slow', 'awful', 'dirty', 'rude', 'noisy', 'dull', 'broken'];
const loved = ['loved', 'enjoyed', 'recommend', 'liked', 'adored'];
const hated = ['hated', 'regret', 'disliked', 'avoid', 'returned'];
const degrees = ['', 'very ', 'really ', 'quite ', 'rather ', 'so '];
const asides = [
  'we came on a Monday',
  'my sister was with me',
  'it is near the station',
  'I paid by card',
  'there were two of us',
  'we stayed for an hour',
  'it rained all day',
  'I had read about it',
];

/** A review whose last judgement counts most: what comes behind "but" is what is meant. */
export function makeReview(rng: Rng): Labelled {
  const positive = rng.uniform() < 0.5;
  const verdict = judgement(rng, positive);
  const parts = [verdict];
  if (rng.uniform() < 0.45) parts.unshift(`${judgement(rng, !positive)} , but`);
  else if (rng.uniform() < 0.5) parts.unshift(`${judgement(rng, positive)} and`);
  if (rng.uniform() < 0.5) parts.unshift(`${rng.choice(asides)} .`);
  if (rng.uniform() < 0.4) parts.push(`. ${rng.choice(asides)}`);
  return { text: `${parts.join(' ')} .`, label: positive ? 'positive' : 'negative' };
}

function judgement(rng: Rng, positive: boolean): string {
  const thing = rng.choice(things);
  const draw = rng.uniform();
  if (draw < 0.25) return `I ${rng.choice(positive ? loved : hated)} the ${thing}`;
  if (draw < 0.5) return `the ${thing} was not ${rng.choice(degrees)}${rng.choice(positive ? bad : good)}`;
  return `the ${thing} was ${rng.choice(degrees)}${rng.choice(positive ? good : bad)}`;
}
