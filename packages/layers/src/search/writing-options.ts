/** The options that all ways of decoding share. */
import { count, knownOptions, OptionError, UsageError } from '@seqloom/core';
import type { Rule } from './rule.js';
import { checkId } from './rules.js';
import type { Writer } from './writer.js';

export interface WritingOptions {
  /** The id that the model reads first. */
  start: number;
  /** The id that ends a row; without one every row has `maxLength` symbols. */
  end?: number;
  /** The most symbols to write, `end` not counted. */
  maxLength: number;
  /** What changes the scores of the next symbol, in this order. */
  rules?: readonly Rule[];
  /** Stops between two steps. */
  signal?: AbortSignal;
}

/** Throws OptionError unless options and writer can work together; `more` are the options beyond the shared ones. */
export function checkWriting(where: string, options: WritingOptions, more: readonly string[], writer: Writer): void {
  if (typeof writer?.start !== 'function' || typeof writer.step !== 'function')
    throw new OptionError(where, '`writer` must have `start` and `step`', {
      hint: 'models offer one as `model.writer(batch)`',
    });
  knownOptions(where, options, ['start', 'end', 'maxLength', 'rules', 'signal', ...more]);
  count(where, 'maxLength', options.maxLength);
  for (const name of ['start', 'end'] as const)
    if (name === 'start' || options.end !== undefined)
      checkId(where, `\`${name}\``, options[name] as number, writer.vocabularySize);
  if (!(options.rules ?? []).every((rule) => typeof rule === 'function'))
    throw new OptionError(where, '`rules` must be functions', { hint: 'for instance [noRepeatedNgrams(3)]' });
}

/** Throws UsageError once the signal has fired. */
export function stopIfCancelled(where: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new UsageError(where, 'cancelled', { cause: signal.reason });
}
