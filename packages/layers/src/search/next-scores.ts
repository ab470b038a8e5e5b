/** From what the device gave to the scores of a row's next symbol. */
import { DataError } from '@seqloom/core';
import { logTotal, type Rule, type Written } from './rule.js';
import type { Readings } from './run.js';

export interface NextScores {
  /** [V], after the rules. */
  readonly scores: Float32Array;
  /** [K] */
  readonly weights?: Float32Array;
}

/** The log-probabilities of row `slot` of N after the rules, or undefined where no symbol is possible. Throws DataError on logits that are no numbers. */
export function nextScores(
  where: string,
  { logits, weights }: Readings,
  [slot, N]: readonly [number, number],
  written: Written,
  rules: readonly Rule[],
): NextScores | undefined {
  const scores = rowOf(logits, slot, N);
  const total = logTotal(scores);
  if (total === -Infinity) return undefined;
  if (!Number.isFinite(total))
    throw new DataError(
      where,
      `the model's logits are not finite after ${written.ids.length} symbols of row ${written.row}`,
    );
  for (let i = 0; i < scores.length; i++) scores[i]! -= total;
  for (const rule of rules) rule(scores, written);
  if (rules.length > 0 && !possible(where, scores)) return undefined;
  return { scores, ...(weights && { weights: rowOf(weights, slot, N) }) };
}

function rowOf(values: Float32Array, row: number, rows: number): Float32Array {
  const size = values.length / rows;
  return values.subarray(row * size, (row + 1) * size);
}

/** Whether the rules left anything. */
function possible(where: string, scores: Float32Array): boolean {
  let found = false;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (!(score < Infinity)) throw new DataError(where, `a rule gave symbol ${i} the score ${score}`);
    if (score > -Infinity) found = true;
  }
  return found;
}
