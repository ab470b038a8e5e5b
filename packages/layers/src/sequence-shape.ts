/** What every layer asks of a sequence before it computes. */
import type { Sequence } from '@seqloom/core';
import { dims, ShapeError } from '@seqloom/core';

/** Checks that `input` has values [B,T,D] and a mask [B,T], with at least one row and one step (and D features where given). Throws ShapeError. */
export function sequenceShape(where: string, input: Sequence, features?: number): { B: number; T: number; D: number } {
  const { B, T, D } = dims(where, {
    'input.values': [input?.values, `B T ${features ?? 'D'}`],
    'input.mask': [input?.mask, 'B T'],
  }) as Record<'B' | 'T' | 'D', number>;
  if (B === 0) throw new ShapeError(where, '`input` is an empty batch: it must hold at least one sequence');
  if (T === 0) throw new ShapeError(where, '`input` has no time steps: it must be at least one step long');
  return { B, T, D: features ?? D };
}
