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
    if (k < scores.length) keep(scores, byDescending(scores).subarray(0, k));
  };
}

/** Only the fewest of the likeliest symbols whose probabilities add up to at least `mass` (nucleus). arXiv:1904.09751 */
export function topP(mass: number): Rule {
  positive('topP', mass, 1);
  return (scores) => {
    const total = logTotal(scores);
    if (Number.isFinite(total)) keep(scores, fewest(scores, byDescending(scores), mass, total));
  };
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
    if (!Number.isFinite(total)) return;
    let entropy = 0;
    for (const score of scores) if (score > -Infinity) entropy -= Math.exp(score - total) * (score - total);
    const distance = Float64Array.from(scores, (score) => Math.abs(total - score - entropy));
    const order = Int32Array.from(scores.keys()).sort((a, b) => distance[a]! - distance[b]! || a - b);
    keep(scores, fewest(scores, order, mass, total));
  };
}

/** The ids from the likeliest to the least likely, the lower id first where two are alike. */
function byDescending(scores: Float32Array): Int32Array {
  return Int32Array.from(scores.keys()).sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! - scores[a]!));
}

/** The first ids of `order` whose probabilities reach `mass`, one at least. */
function fewest(scores: Float32Array, order: Int32Array, mass: number, total: number): Int32Array {
  let size = 0;
  for (let sum = 0; size < order.length && (size === 0 || sum < mass - 1e-7); size++)
    sum += Math.exp((scores[order[size]!] as number) - total);
  return order.subarray(0, size);
}

function keep(scores: Float32Array, ids: Int32Array): void {
  const kept = Array.from(ids, (id) => scores[id] as number);
  scores.fill(-Infinity);
  for (const [i, id] of ids.entries()) scores[id] = kept[i] as number;
}

function positive(where: string, value: number, maximum: number): void {
  if (within(where, 'its argument', value, 0, maximum) === 0)
    throw new OptionError(where, 'its argument must be above 0');
}
