/** What a search finds. */
import { SeqError } from '@seqloom/core';

export interface Hypothesis {
  /** The symbols, without start and end. */
  readonly ids: readonly number[];
  /** Whether it said `end`; else it was cut at the greatest length. */
  readonly ended: boolean;
  /** The sum of the scores of its symbols, `end` included, after the rules. */
  readonly logProbability: number;
  /** The log-probability after the penalties, by which a beam ranks. */
  readonly score: number;
  /** Where the model looked when it wrote each symbol (and `end`), [K] each; empty without attention. */
  readonly weights: readonly Float32Array[];
}

/** Rows for which rules, phrases and greatest length leave nothing to write; `found` is what there is for each row, so that the others are not lost. */
export class UndecodableError extends SeqError {
  override name = 'UndecodableError';
  readonly rows: readonly number[];
  readonly found: readonly (readonly Hypothesis[])[];

  constructor(where: string, rows: readonly number[], found: readonly (readonly Hypothesis[])[]) {
    const named = rows.slice(0, 8).join(', ') + (rows.length > 8 ? ', …' : '');
    super(where, `nothing can be written for row ${named}`, {
      hint: 'rules and phrases forbid every symbol within maxLength; `found` of this error holds the other rows',
    });
    this.rows = rows;
    this.found = found;
  }
}
