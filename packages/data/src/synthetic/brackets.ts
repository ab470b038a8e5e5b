/** Brackets of several kinds, as deep as they are allowed to be (Dyck-k languages; Hewitt et al., arXiv:2010.07515). */
import { OptionError } from '@seqloom/core/errors';
import { count } from '@seqloom/core/options';
import type { Rng } from '@seqloom/core/rng';
import { checkedLengths, drawExamples, drawLength, type GenerateUnlikeOptions } from './draw-examples.js';

/** A balanced sequence, and after each of its symbols what would close the innermost open bracket; `.` where none is open. */
export interface BracketExample {
  readonly source: readonly string[];
  readonly closing: readonly string[];
}

/** A sequence, and whether it is balanced. */
export interface BracketJudgement {
  readonly source: readonly string[];
  readonly valid: boolean;
}

export interface GenerateBracketsOptions extends GenerateUnlikeOptions {
  /** Kinds of brackets, up to four; 2 unless told. */
  kinds?: number;
  /** How many may be open at a time; 4 unless told. */
  maxDepth?: number;
  /** In pairs; 2 unless told. */
  minLength?: number;
  /** In pairs; 10 unless told. */
  maxLength?: number;
}

const pairs = ['()', '[]', '{}', '<>'];
const ownOptions = ['exclude', 'kinds', 'maxDepth', 'minLength', 'maxLength'];

/** Balanced sequences with the closing bracket at each step: who tells it has kept the whole stack. */
export function generateBrackets(options: GenerateBracketsOptions): BracketExample[] {
  const balanced = grower('generateBrackets', options);
  return drawExamples('generateBrackets', options, ownOptions, balanced, ({ source }) => source.join(' '));
}

/** Sequences to be judged, every other one spoilt in one place by a bracket of another kind or direction. */
export function generateBracketJudgements(options: GenerateBracketsOptions): BracketJudgement[] {
  const balanced = grower('generateBracketJudgements', options);
  const draw = (rng: Rng, index: number): BracketJudgement => {
    const source = [...balanced(rng).source];
    const valid = index % 2 === 0;
    if (valid) return { source, valid };
    const place = rng.below(source.length);
    const others = [...pairs.slice(0, options.kinds ?? 2).join('')].filter((symbol) => symbol !== source[place]);
    source[place] = rng.choice(others);
    return { source, valid };
  };
  return drawExamples('generateBracketJudgements', options, ownOptions, draw, ({ source }) => source.join(' '));
}

function grower(where: string, options: GenerateBracketsOptions): (rng: Rng) => BracketExample {
  const { kinds = 2, maxDepth = 4, minLength = 2, maxLength = 10 } = options;
  if (count(where, 'kinds', kinds) > pairs.length)
    throw new OptionError(where, `\`kinds\` can be at most ${pairs.length}`);
  count(where, 'maxDepth', maxDepth);
  checkedLengths(where, minLength, maxLength);
  return (rng) => {
    const open: string[] = [];
    const source: string[] = [];
    const closing: string[] = [];
    for (let left = 2 * drawLength(rng, minLength, maxLength); left > 0; left--) {
      const mayOpen = open.length < maxDepth && open.length < left;
      if (open.length === 0 || (mayOpen && rng.uniform() < 0.5)) {
        const [start, end] = rng.choice(pairs.slice(0, kinds));
        source.push(start!);
        open.push(end!);
      } else source.push(open.pop()!);
      closing.push(open.at(-1) ?? '.');
    }
    return { source, closing };
  };
}
