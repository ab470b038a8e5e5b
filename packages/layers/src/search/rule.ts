/** Rules: what changes the scores of the next symbol, the same for greedy decoding, beam search and sampling. */

/** What a rule knows of the row it scores. */
export interface Written {
  /** What has been written, without the start symbol. */
  readonly ids: readonly number[];
  /** Which row of the batch it is. */
  readonly row: number;
  readonly end: number | undefined;
  readonly maxLength: number;
}

/**
 * Changes the scores of the next symbol in place: `scores` [V] are the model's log-probabilities, as the rules before it left them; −Infinity
 * forbids a symbol. A beam adds up what comes out; sampling draws from its softmax.
 */
export type Rule = (scores: Float32Array, written: Written) => void;

/** log Σ exp(scores): −Infinity where nothing is possible, NaN where anything is NaN. */
export function logTotal(scores: Float32Array): number {
  let best = -Infinity;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > best) best = scores[i] as number;
  if (best === -Infinity && scores.some(Number.isNaN)) return Number.NaN;
  if (!Number.isFinite(best)) return best;
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const below = scores[i]! - best;
    if (!(below < negligible)) sum += Math.exp(below); // NaN counts
  }
  return best + Math.log(sum);
}

const negligible = -40; // e⁻⁴⁰ is nothing beside 1, and exp is what large vocabularies cost
