/** CRF++'s feature templates: `U05:%x[-1,0]/%x[0,0]` makes an attribute of the columns of tokens around the current one. https://taku910.github.io/crfpp/#templ */
import { DataError, show } from '@seqloom/core/errors';
import type { Feature } from '../featurize.js';

/** What a template file asks for. */
export interface CrfppTemplate {
  /**
   * The attributes of the token at t, one for each U line, for `featurize`; tokens are their columns. Before the first token stands `_B-1`, `_B-2`…,
   * after the last `_B+1`, `_B+2`…. Throws a DataError for a column that a token does not have.
   */
  readonly feature: Feature<readonly string[]>;
  /** Whether a line `B` asks for weights of label pairs, which a FeatureModel always has. */
  readonly transitions: boolean;
}

interface Macro {
  row: number;
  column: number;
}

/** One line: text and macros in turn. */
type Parts = readonly (string | Macro)[];

const where = 'parseCrfppTemplate';
const macro = /%x\[(-?\d+),(\d+)\]/g;

/** Reads a template file. Throws a DataError, with line and column, for what CRF++ does not know and for B lines with macros, which no FeatureModel can hold. */
export function parseCrfppTemplate(text: string): CrfppTemplate {
  const rules: Parts[] = [];
  let transitions = false;
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const parts = parseLine(line, i + 1);
    if (line.startsWith('U')) rules.push(parts);
    else if (parts.every((part) => typeof part === 'string')) transitions = true;
    else {
      const hint = 'write it with U; the pairs of labels have weights of their own, by a line B';
      throw new DataError(where, `line ${i + 1}: label pairs that depend on a column are not in this model`, { hint });
    }
  }
  return { feature: (tokens, t) => rules.map((parts) => expand(parts, tokens, t)), transitions };
}

function parseLine(line: string, number: number): Parts {
  const fail = (column: number, problem: string, hint: string): never => {
    throw new DataError(where, `line ${number}, column ${column}: ${problem}`, { hint });
  };
  if (!/^[UB]/.test(line)) fail(1, `unknown template ${show(line)}`, 'it begins with U or B, a comment with #');
  const stray = line.replace(macro, ({ length }) => ' '.repeat(length)).indexOf('%');
  if (stray >= 0) fail(stray + 1, 'a % that begins no macro', 'a macro is %x[row,column]');
  const parts: (string | Macro)[] = [];
  let end = 0;
  for (const found of line.matchAll(macro)) {
    parts.push(line.slice(end, found.index), { row: Number(found[1]), column: Number(found[2]) });
    end = found.index + found[0].length;
  }
  return [...parts, line.slice(end)];
}

function expand(parts: Parts, tokens: readonly (readonly string[])[], t: number): string {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else text += value(tokens, t + part.row, part.column);
  }
  return text;
}

function value(tokens: readonly (readonly string[])[], row: number, column: number): string {
  if (row < 0) return `_B${row}`;
  if (row >= tokens.length) return `_B+${row - tokens.length + 1}`;
  const found = tokens[row]![column];
  if (found !== undefined) return found;
  throw new DataError(
    'CrfppTemplate',
    `token ${row} has ${tokens[row]!.length} columns, but a template asks for column ${column}`,
  );
}
