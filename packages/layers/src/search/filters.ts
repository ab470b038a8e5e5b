/** Rules for sampling: which of the likelier symbols may be drawn. They combine in the order of the list. */
import { count, OptionError, within } from '@seqloom/core';
import { logTotal, type Rule } from './rule.js';

/** Divides the scores by `value` > 0: below 1 sharper, above 1 flatter. */
export function temperature(value: number): Rule {
  positive('temperature', value, Number.MAX_VALUE);
  return (scores) => {
    for (let i = 0; i < scores.length; i++) scores[i]! /= value;
  };
}

/** Only the k likeliest symbols. arXiv:1805.04833 */
export function topK(k: number): Rule {
  count('topK', 'k', k);
  return (scores) => {
    if (k < scores.length) keep(scores, cheapest(rarity(scores), (ids) => ids.length >= k).slice(0, k));
  };
}

/** Only the fewest of the likeliest symbols whose probabilities add up to at least `mass` (nucleus). arXiv:1904.09751 */
export function topP(mass: number): Rule {
  positive('topP', mass, 1);
  return (scores) => keepMass(scores, rarity(scores), mass);
}

/** Only symbols at least `share` times as likely as the likeliest. arXiv:2407.01082 */
export function minP(share: number): Rule {
  within('minP', 'share', share, 0, 1);
  return (scores) => {
    const least = scores.reduce((a, b) => Math.max(a, b), -Infinity) + Math.log(share);
    for (let i = 0; i < scores.length; i++) if (scores[i]! < least) scores[i] = -Infinity;
  };
}

/** Only the fewest symbols with a surprise closest to the mean one (the entropy) that add up to at least `mass`. arXiv:2202.00666 */
export function typical(mass: number): Rule {
  positive('typical', mass, 1);
  return (scores) => {
    const total = logTotal(scores);
    let entropy = 0;
    for (const score of scores) if (score > -Infinity) entropy -= Math.exp(score - total) * (score - total);
    keepMass(
      scores,
      costs(scores, (score) => Math.abs(total - score - entropy)),
      mass,
    );
  };
}

/** How much less likely than the likeliest each symbol is, as a logarithm. */
function rarity(scores: Float32Array): Float64Array {
  const best = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  return costs(scores, (score) => best - score);
}

function costs(scores: Float32Array, of: (score: number) => number): Float64Array {
  const out = new Float64Array(scores.length);
  for (let id = 0; id < out.length; id++) out[id] = of(scores[id] as number);
  return out;
}

/** Keeps the fewest symbols of least cost whose probabilities reach `mass`, one at least. */
function keepMass(scores: Float32Array, cost: Float64Array, mass: number): void {
  const total = logTotal(scores);
  if (!Number.isFinite(total)) return;
  const enough = mass - 1e-7; // of what float32 can add up
  const share = costs(scores, (score) => Math.exp(score - total));
  const order = cheapest(cost, (ids) => ids.reduce((sum, id) => sum + (share[id] as number), 0) >= enough);
  let size = 0;
  for (let sum = 0; size < order.length && (size === 0 || sum < enough); size++) sum += share[order[size]!] as number;
  keep(scores, order.slice(0, size));
}

/** Ids by rising cost, the lower id first where two are alike; not many more than are `enough`, since a large vocabulary is slow to sort. */
function cheapest(cost: Float64Array, enough: (ids: readonly number[]) => boolean): number[] {
  const upTo = (limit: number) => {
    const ids: number[] = [];
    for (let id = 0; id < cost.length; id++) if (!(cost[id]! > limit)) ids.push(id);
    return ids;
  };
  let ids = upTo(0);
  for (let limit = 0.25; limit < 64 && !enough(ids); limit *= 1.4) ids = upTo(limit);
  if (!enough(ids)) ids = upTo(Infinity);
  return ids.sort((a, b) => cost[a]! - cost[b]! || a - b);
}

function keep(scores: Float32Array, ids: readonly number[]): void {
  const kept = ids.map((id) => scores[id] as number);
  scores.fill(-Infinity);
  for (const [i, id] of ids.entries()) scores[id] = kept[i] as number;
}

function positive(where: string, value: number, maximum: number): void {
  if (within(where, 'its argument', value, 0, maximum) === 0)
    throw new OptionError(where, 'its argument must be above 0');
}
