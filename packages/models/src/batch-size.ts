/** How many examples are learnt from together. */
import { count, type Dataset, dataset, knownOptions, OptionError, type Rng } from '@seqloom/core';
import { batchByTokens, bucketByLength, pipe } from '@seqloom/data';

/** What a batch may hold, and how many batches make one step. */
export interface BatchBudget {
  /** So many examples; 32 unless told. */
  examples?: number;
  /** Instead of a number of examples: as many as have together so many steps (tokens, frames), padding included. */
  tokens?: number;
  /** The gradients of so many batches are averaged before the parameters change; 1 unless told. */
  accumulate?: number;
}

export type BatchSize = number | BatchBudget;

/** Throws OptionError on what is none. */
export function batchBudget(where: string, batchSize: BatchSize = {}): BatchBudget & { accumulate: number } {
  if (typeof batchSize === 'number') return { examples: count(where, 'batchSize', batchSize), accumulate: 1 };
  knownOptions(`${where} \`batchSize\``, batchSize, ['examples', 'tokens', 'accumulate']);
  const { examples, tokens, accumulate = 1 } = batchSize;
  if (examples !== undefined && tokens !== undefined)
    throw new OptionError(where, '`batchSize` must have `examples` or `tokens`, not both');
  for (const [name, value] of Object.entries({ examples, tokens, accumulate }))
    if (value !== undefined) count(where, `batchSize.${name}`, value);
  return { ...(tokens === undefined ? { examples: examples ?? 32 } : { tokens }), accumulate };
}

/** Batches of examples of similar length, which are made anew for each epoch, in an order that is. */
export function batchesByLength<Piece>(
  examples: (rng: Rng) => readonly Piece[],
  length: (piece: Piece) => number,
): (budget: BatchBudget, rng: Rng) => Dataset<Piece[]> {
  return ({ examples: batchSize = 32, tokens: budget }, rng) => {
    const all = dataset(() => examples(rng));
    return budget === undefined
      ? pipe(all, bucketByLength({ length, batchSize, rng }))
      : pipe(all, batchByTokens({ length, budget, rng }));
  };
}
