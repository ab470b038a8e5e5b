/** What stateful training carries. */
import { OptionError, type RecurrentLayer } from '@seqloom/core';
import { CarriedState } from '@seqloom/layers';
import { type BatchSize, batchBudget } from './batch-size.js';
import { keepsItsSize } from './keeps-its-size.js';

/** A state for each row of a batch. Throws OptionError where batches have no number of rows, or the layer's state grows. */
export function statefully(
  where: string,
  batchSize: BatchSize | undefined,
  layer: RecurrentLayer<unknown>,
  inputSize: number,
): CarriedState<unknown> {
  const { examples, tokens } = batchBudget(where, batchSize);
  if (tokens !== undefined)
    throw new OptionError(where, '`stateful` batches have so many rows: set `batchSize.examples`');
  if (keepsItsSize(layer, inputSize)) return new CarriedState({ layer, batch: examples ?? 32 });
  throw new OptionError(where, 'the state of this layer grows with the text, and cannot be carried', {
    hint: 'leave out `stateful`, or take a recurrent layer',
  });
}
