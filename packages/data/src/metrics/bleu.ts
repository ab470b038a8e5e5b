/** BLEU, as translations are measured (Papineni et al. 2002), equal to sacrebleu (Post 2018, arXiv:1804.08771). */
import { DataError } from '@seqloom/core/errors';
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

/** What BLEU counts in one output: added up over outputs, it is all that the score needs. */
export interface BleuCounts {
  readonly outputLength: number;
  readonly referenceLength: number;
  /** How many references there are. */
  readonly references: number;
  /** n-grams that a reference has too, by order. */
  readonly matches: readonly number[];
  /** n-grams of the output, by order. */
  readonly totals: readonly number[];
}

/** The BLEU of all outputs together. Throws ShapeError when the numbers differ and DataError when there is no output or no reference. */
export function bleu(outputs: readonly string[], references: References, options: BleuOptions = {}): BleuScore {
  return bleuOfCounts(bleuCounts(outputs, references, options), options);
}

/** The counts of each output, of which `bleuOfCounts` scores any sample at once: what resampling draws from. Throws as `bleu` does. */
export function bleuCounts(
  outputs: readonly string[],
  references: References,
  options: BleuOptions = {},
): BleuCounts[] {
  const { tokenize, lowercase, maxOrder } = checkOptions(options);
  const cut = (text: string) => bleuTokenizers[tokenize](lowercase ? text.trimEnd().toLowerCase() : text.trimEnd());
  const lists = listReferences('bleu', outputs, references);
  return outputs.map((output, i) => countOutput(cut(output), lists[i]!.map(cut), maxOrder));
}

/** The BLEU of outputs by their counts, with the options they were counted with. Throws a DataError when there is none. */
export function bleuOfCounts(counts: readonly BleuCounts[], options: BleuOptions = {}): BleuScore {
  if (counts.length === 0) throw new DataError('bleuOfCounts', 'there is no output to score');
  const settings = checkOptions(options);
  const total = (of: (each: BleuCounts) => number) => counts.reduce((sum, each) => sum + of(each), 0);
  const [outputLength, referenceLength] = [total((each) => each.outputLength), total((each) => each.referenceLength)];
  const orders = Array.from({ length: settings.maxOrder }, (_, n) => {
    const added = settings.smooth === 'add-k' && n > 0 ? settings.smoothValue : 0;
    const matches = total((each) => each.matches[n]!);
    return { found: matches > 0, matches: matches + added, total: total((each) => each.totals[n]!) + added };
  });
  const precisions = precisionsOf(orders, settings);
  const brevityPenalty =
    outputLength >= referenceLength ? 1 : outputLength === 0 ? 0 : Math.exp(1 - referenceLength / outputLength);
  const used = settings.effectiveOrder
    ? Math.max(1, orders.filter((order) => order.total > 0).length)
    : settings.maxOrder;
  const logs = precisions.slice(0, used).map(Math.log);
  return {
    score: brevityPenalty * Math.exp(logs.reduce((a, b) => a + b, 0) / used),
    precisions,
    brevityPenalty,
    outputLength,
    referenceLength,
    signature: signatureOf(
      counts.map((each) => each.references),
      ...signatureParts(settings),
    ),
  };
}

function countOutput(
  output: readonly string[],
  references: readonly (readonly string[])[],
  maxOrder: number,
): BleuCounts {
  const orders = Array.from({ length: maxOrder }, (_, n) => n + 1);
  const lengths = references.map(({ length }) => length);
  return {
    outputLength: output.length,
    referenceLength: closest(lengths, output.length),
    references: references.length,
    matches: orders.map((n) => commonCount(countNGrams(output, n), mostNGrams(references, n))),
    totals: orders.map((n) => Math.max(0, output.length - n + 1)),
  };
}

/** How often each n-gram occurs in the reference that has it most often. */
function mostNGrams(references: readonly (readonly string[])[], order: number): Map<string, number> {
  const most = new Map<string, number>();
  for (const reference of references)
    for (const [gram, times] of countNGrams(reference, order)) most.set(gram, Math.max(times, most.get(gram) ?? 0));
  return most;
}

interface Order {
  readonly found: boolean;
  readonly matches: number;
  readonly total: number;
}

/** In per cent; all 0 when nothing matches, whatever the smoothing. */
function precisionsOf(orders: readonly Order[], { smooth, smoothValue }: Settings): number[] {
  const nothing = !orders.some(({ found }) => found);
  let halved = 1;
  return orders.map(({ matches, total }) => {
    if (nothing || total === 0) return 0;
    if (matches > 0) return (100 * matches) / total;
    if (smooth === 'exp') halved *= 2;
    return smooth === 'exp' ? 100 / (halved * total) : smooth === 'floor' ? (100 * smoothValue) / total : 0;
  });
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
