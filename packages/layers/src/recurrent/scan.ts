/** Any step over a sequence. */
import type { Module, Sequence } from '@seqloom/core';
import { asMask, knownOptions, OptionError, UsageError, zeroPadding } from '@seqloom/core';
import { sequenceShape } from '../sequence-shape.js';
import { type Checkpoint, checkpointed, checkpointOf, type Ran } from './checkpointed.js';
import { reversedSteps, reverseTime } from './reverse-time.js';
import { type RecurrentStep, unroll } from './unroll.js';

export interface ScanOptions {
  /** From the last step to the first; outputs stay in their places. */
  reverse?: boolean;
  /** Trades time for memory in training, as for Recurrent; needs `owner`. */
  checkpoint?: Checkpoint;
  /** Holds every variable and every random stream that `step` uses: with `checkpoint`, gradients reach only these. */
  owner?: Module;
}

/**
 * Runs `step` (x [B,D] and a state → output [B,U] and the next state) over input [B,T,D]: output [B,T,U] and the state after each row's last
 * real step. A padded step changes no state and gives 0, and what stands there is never read; gradients flow through outputs and states. A state
 * is a tensor with leading dimension B, or a list or record of such.
 */
export function scan<S>(
  step: RecurrentStep<S>,
  initial: S,
  input: Sequence,
  options: ScanOptions = {},
): { output: Sequence; state: S } {
  knownOptions('scan', options, ['reverse', 'checkpoint', 'owner']);
  if (typeof step !== 'function')
    throw new UsageError('scan', '`step` must be a function (x, state) → { output, state }');
  sequenceShape('scan', input);
  const { reverse = false, owner } = options;
  const checkpoint = checkpointOf('scan', options.checkpoint ?? false);
  if (checkpoint !== false && !owner)
    throw new OptionError('scan', '`checkpoint` needs `owner`', {
      hint: 'the Module that holds the variables of `step`: their gradients are computed segment by segment',
    });
  const run = (part: Sequence, from: S, reverse: boolean) => unroll(zeroPadding(part), from, step, reverse);
  return overTime({ run, owner, checkpoint }, input, initial, reverse);
}

/** What computes a whole sequence, or a segment of it. */
interface Runner<S> {
  run(input: Sequence, initial: S, reverse: boolean): Ran<S>;
  readonly owner: Module | undefined;
  readonly checkpoint: Checkpoint;
}

/** Runs in either direction, segment by segment where there is a checkpoint. */
export function overTime<S>(
  { run, owner, checkpoint }: Runner<S>,
  { values, mask }: Sequence,
  initial: S,
  reverse: boolean,
): { output: Sequence; state: S } {
  const given = { values, mask: asMask(mask) };
  const { output, state } =
    checkpoint && owner
      ? inSegments({ run: (part, from) => run(part, from, false), owner }, checkpoint, given, initial, reverse)
      : run(given, initial, reverse);
  return { output: { values: output, mask: given.mask }, state };
}

function inSegments<S>(
  recurrence: Parameters<typeof checkpointed<S>>[0],
  checkpoint: true | number,
  input: Sequence,
  initial: S,
  reverse: boolean,
): Ran<S> {
  if (!reverse) return checkpointed(recurrence, input, initial, checkpoint);
  const { output, state } = checkpointed(recurrence, reverseTime(input), initial, checkpoint);
  return { output: reversedSteps(output), state };
}
