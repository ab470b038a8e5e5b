/** Drawing a number of examples, none of which is among those that are kept for testing. */
import { OptionError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';

/** What every generator takes. */
export interface GenerateOptions {
  rng: Rng;
  count: number;
}

/** Of generators whose examples have a text or a sequence as source. */
export interface GenerateUnlikeOptions extends GenerateOptions {
  /** Sources (symbols joined by blanks) that no example may have: those of the test, for instance. */
  exclude?: ReadonlySet<string>;
}

const patience = 10_000;

/** Draws `count` examples; the same one may come again. Throws OptionError when nearly all that is drawn is excluded. */
export function drawExamples<T>(
  where: string,
  options: GenerateUnlikeOptions,
  more: readonly string[],
  draw: (rng: Rng, index: number) => T,
  source: (example: T) => string = () => '',
): T[] {
  knownOptions(where, options, ['rng', 'count', ...more]);
  count(where, 'count', options.count, 0);
  const examples: T[] = [];
  for (let rejected = 0; examples.length < options.count; rejected++) {
    const example = draw(options.rng, examples.length);
    if (options.exclude?.has(source(example))) {
      if (rejected < patience) continue;
      throw new OptionError(where, `found only ${examples.length} of ${options.count} examples`, {
        hint: 'exclude fewer, or allow longer sequences',
      });
    }
    examples.push(example);
    rejected = 0;
  }
  return examples;
}

/** The shortest and the longest sequence, checked. */
export function checkedLengths(where: string, minLength: number, maxLength: number, limit: number = Infinity): void {
  count(where, 'minLength', minLength);
  count(where, 'maxLength', maxLength, minLength);
  if (maxLength > limit) throw new OptionError(where, `\`maxLength\` can be at most ${limit}, got ${maxLength}`);
}

/** A length between the two, each as often. */
export function drawLength(rng: Rng, minLength: number, maxLength: number): number {
  return minLength + rng.below(maxLength - minLength + 1);
}
