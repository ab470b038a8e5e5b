/** Decoding by taking the likeliest symbol at every step. */
import type { Hypothesis } from './hypothesis.js';
import { writeRows } from './stream.js';
import type { Writer } from './writer.js';
import { checkWriting, type WritingOptions } from './writing-options.js';

/** A hypothesis for every row of the writer. Throws OptionError, UndecodableError where the rules allow nothing, UsageError when cancelled. */
export async function greedy<S>(writer: Writer<S>, options: WritingOptions): Promise<Hypothesis[]> {
  checkWriting('greedy', options, [], writer);
  return writeRows('greedy', writer, options);
}
