/** TER, as translations are measured by the work of correcting them (Snover et al. 2006), equal to sacrebleu. */
import { knownOptions } from '@seqloom/core/options';
import { listReferences, type References, signatureOf } from './references.js';
import { terEdits } from './ter-shifts.js';
import { splitAtWhiteSpace } from './white-space.js';

export interface TerOptions {
  /** Tell capitals from small letters; not unless told. */
  readonly caseSensitive?: boolean;
}

export interface TerScore {
  /** Edits per 100 words of the references: less is better, above 100 where too much was said. */
  readonly score: number;
  readonly edits: number;
  /** The mean length of each output's references, added up. */
  readonly referenceLength: number;
  /** How it was computed, to be published with it. */
  readonly signature: string;
}

/** The translation edit rate of all outputs together, over words between white space; of several references the one with the fewest edits counts. Throws ShapeError when the numbers differ and DataError when there is no output or no reference. */
export function ter(outputs: readonly string[], references: References, options: TerOptions = {}): TerScore {
  knownOptions('ter', options, ['caseSensitive']);
  const { caseSensitive = false } = options;
  const lists = listReferences('ter', outputs, references);
  const cut = (text: string) => splitAtWhiteSpace(caseSensitive ? text : text.toLowerCase());
  let edits = 0;
  let referenceLength = 0;
  for (const [i, output] of outputs.entries()) {
    const [words, real] = [cut(output), lists[i]!.map(cut)];
    edits += Math.min(...real.map((reference) => terEdits(words, reference)));
    referenceLength += real.reduce((sum, { length }) => sum + length, 0) / real.length;
  }
  const rate = referenceLength > 0 ? edits / referenceLength : Number(edits > 0);
  const parts = [`case:${caseSensitive ? 'mixed' : 'lc'}`, 'tok:tercom', 'norm:no', 'punct:yes', 'asian:no'];
  return {
    score: 100 * rate,
    edits,
    referenceLength,
    signature: signatureOf(
      lists.map(({ length }) => length),
      ...parts,
    ),
  };
}
