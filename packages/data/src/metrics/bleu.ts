/** BLEU, as translations are measured (Papineni et al. 2002), equal to sacrebleu (Post 2018, arXiv:1804.08771). */
import { count, knownOptions, oneOf, within } from '@seqloom/core/options';
import { type BleuTokenizer, bleuTokenizers } from './bleu-tokens.js';
import { commonCount, countNGrams } from './n-grams.js';
import { listReferences, type References, signatureOf } from './references.js';

/** What an order without a match counts for: half of the one before (`exp`, NIST), a fraction of a match (`floor`), matches added to all orders but the first (`add-k`), or nothing. */
export type BleuSmoothing = 'exp' | 'floor' | 'add-k' | 'none';

export interface BleuOptions {
  /** `13a` unless told. */
  readonly tokenize?: BleuTokenizer;
  /** `exp` unless told. */
  readonly smooth?: BleuSmoothing;
  /** Of `floor` (0.1 unless told) and `add-k` (1). */
  readonly smoothValue?: number;
  readonly lowercase?: boolean;
  /** The longest n-grams, 4 unless told. */
  readonly maxOrder?: number;
  /** Leave out the orders that the output is too short for; for single sentences. */
  readonly effectiveOrder?: boolean;
}

export interface BleuScore {
  /** 0 to 100. */
  readonly score: number;
  /** Of each order, 0 to 100. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  readonly outputLength: number;
  /** Of the references closest in length. */
  readonly referenceLength: number;
  /** How it was computed, to be published with it. */
  readonly signature: string;
}

/** The BLEU of all outputs together. Throws ShapeError when the numbers differ and DataError when there is no output or no reference. */
export function bleu(outputs: readonly string[], references: References, options: BleuOptions = {}): BleuScore {
  const settings = checkOptions(options);
  const { tokenize, lowercase, maxOrder, effectiveOrder } = settings;
  const lists = listReferences('bleu', outputs, references);
  const cut = (text: string) => bleuTokenizers[tokenize](lowercase ? text.trimEnd().toLowerCase() : text.trimEnd());
  const sum = new Counts(maxOrder);
  for (const [i, output] of outputs.entries()) sum.add(cut(output), lists[i]!.map(cut));
  const precisions = sum.precisions(settings);
  const brevityPenalty =
    sum.output >= sum.reference ? 1 : sum.output === 0 ? 0 : Math.exp(1 - sum.reference / sum.output);
  const orders = effectiveOrder
    ? Math.max(1, sum.smoothed(settings).filter(({ total }) => total > 0).length)
    : maxOrder;
  const logs = precisions.slice(0, orders).map(Math.log);
  return {
    score: brevityPenalty * Math.exp(logs.reduce((a, b) => a + b, 0) / orders),
    precisions,
    brevityPenalty,
    outputLength: sum.output,
    referenceLength: sum.reference,
    signature: signatureOf(lists, ...signatureParts(settings)),
  };
}

class Counts {
  output = 0;
  reference = 0;
  readonly matches: number[];
  readonly totals: number[];

  constructor(maxOrder: number) {
    this.matches = Array<number>(maxOrder).fill(0);
    this.totals = Array<number>(maxOrder).fill(0);
  }

  add(output: readonly string[], references: readonly (readonly string[])[]): void {
    this.output += output.length;
    this.reference += closest(
      references.map(({ length }) => length),
      output.length,
    );
    for (let n = 0; n < this.totals.length; n++) {
      const most = new Map<string, number>();
      for (const reference of references)
        for (const [gram, times] of countNGrams(reference, n + 1)) most.set(gram, Math.max(times, most.get(gram) ?? 0));
      this.matches[n]! += commonCount(countNGrams(output, n + 1), most);
      this.totals[n]! += Math.max(0, output.length - n);
    }
  }

  smoothed({ smooth, smoothValue }: Settings): { matches: number; total: number }[] {
    const added = (n: number) => (smooth === 'add-k' && n > 0 ? smoothValue : 0);
    return this.matches.map((matches, n) => ({ matches: matches + added(n), total: this.totals[n]! + added(n) }));
  }

  /** In per cent; all 0 when nothing matches, whatever the smoothing. */
  precisions(settings: Settings): number[] {
    const { smooth, smoothValue } = settings;
    const nothing = this.matches.every((each) => each === 0);
    let halved = 1;
    return this.smoothed(settings).map(({ matches, total }) => {
      if (nothing || total === 0) return 0;
      if (matches > 0) return (100 * matches) / total;
      if (smooth === 'exp') halved *= 2;
      return smooth === 'exp' ? 100 / (halved * total) : smooth === 'floor' ? (100 * smoothValue) / total : 0;
    });
  }
}

/** The length nearest to `length`, the smaller of two. */
function closest(lengths: readonly number[], length: number): number {
  return lengths.reduce((best, each) => {
    const nearer = Math.abs(each - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && each < best) ? each : best;
  });
}

type Settings = Required<BleuOptions>;

function checkOptions(options: BleuOptions): Settings {
  knownOptions('bleu', options, ['tokenize', 'smooth', 'smoothValue', 'lowercase', 'maxOrder', 'effectiveOrder']);
  const { tokenize = '13a', smooth = 'exp', lowercase = false, maxOrder = 4, effectiveOrder = false } = options;
  const { smoothValue = smooth === 'floor' ? 0.1 : 1 } = options;
  oneOf('bleu', 'tokenize', tokenize, Object.keys(bleuTokenizers) as BleuTokenizer[]);
  oneOf('bleu', 'smooth', smooth, ['exp', 'floor', 'add-k', 'none']);
  within('bleu', 'smoothValue', smoothValue, 0);
  count('bleu', 'maxOrder', maxOrder);
  return { tokenize, smooth, smoothValue, lowercase, maxOrder, effectiveOrder };
}

function signatureParts({ tokenize, smooth, smoothValue, lowercase, effectiveOrder }: Settings): string[] {
  const value = smooth === 'floor' || smooth === 'add-k' ? `[${smoothValue.toFixed(2)}]` : '';
  return [
    `case:${lowercase ? 'lc' : 'mixed'}`,
    `eff:${effectiveOrder ? 'yes' : 'no'}`,
    `tok:${tokenize}`,
    `smooth:${smooth}${value}`,
  ];
}
