import fc from 'fast-check';
import { expect, test } from 'vitest';
import sacrebleu from './__fixtures__/sacrebleu.json' with { type: 'json' };
import { type BleuOptions, bleu, bleuCounts, bleuOfCounts } from './bleu.js';
import { type ChrFOptions, chrF } from './chrf.js';
import { ter } from './ter.js';

const named = (name: string) => expect.objectContaining({ name });
/** Sets of references → the references of each output. */
const byOutput = (sets: readonly (readonly string[])[]) => sets[0]!.map((_, i) => sets.map((set) => set[i]!));

test.each(sacrebleu.bleu_corpus)('sacrebleu, several references: $args', ({ hyps, refs_by_set, args, full }) => {
  const { tokenize = '13a', smooth_method: smooth = 'exp' } = args as Record<string, string>;
  const options = { tokenize, smooth } as BleuOptions;
  const { score, precisions, brevityPenalty, outputLength, referenceLength } = bleu(
    hyps,
    byOutput(refs_by_set),
    options,
  );
  expect(score).toBeCloseTo(full.score, 10);
  for (const [n, precision] of full.precisions.entries()) expect(precisions[n]).toBeCloseTo(precision, 10);
  expect(brevityPenalty).toBeCloseTo(full.bp, 12);
  expect([outputLength, referenceLength]).toEqual([full.sys_len, full.ref_len]);
});

test('sacrebleu with a floor, and by effective order', () => {
  const floor: BleuOptions = { smooth: 'floor', smoothValue: 0.01 };
  for (const { hyps, refs_by_set, bleu_fraction } of sacrebleu.bleu_raw_fraction)
    expect(bleu(hyps, byOutput(refs_by_set), { ...floor, tokenize: 'none' }).score / 100).toBeCloseTo(
      bleu_fraction,
      12,
    );
  for (const { hyps, refs_by_set, bleu_fraction } of sacrebleu.bleu_effective_order_raw)
    expect(bleu(hyps, byOutput(refs_by_set), { ...floor, effectiveOrder: true }).score / 100).toBeCloseTo(
      bleu_fraction,
      12,
    );
});

const { hyps, refs, corpus, sentence_bleu_exp_effective_order, sentence_chrf2 } = sacrebleu.french;
const tokenizers = ['13a', 'intl', 'char', 'none'] as const;
const smoothings = ['exp', 'floor', 'add-k', 'none'] as const;

test.each(tokenizers)('sacrebleu on French, cut by %s', (tokenize) => {
  for (const smooth of smoothings) {
    const wanted = corpus[`bleu_${tokenize}_${smooth}`];
    const got = bleu(hyps, refs, { tokenize, smooth });
    expect(got.score).toBeCloseTo(wanted.score, 10);
    expect(got.brevityPenalty).toBeCloseTo(wanted.bp, 12);
    expect([got.outputLength, got.referenceLength]).toEqual([wanted.sys_len, wanted.ref_len]);
    for (const [n, precision] of wanted.precisions.entries()) expect(got.precisions[n]).toBeCloseTo(precision, 10);
  }
});

test('sacrebleu on French: chrF, chrF++, TER, each sentence', () => {
  expect(ter(hyps, refs).score).toBeCloseTo(corpus.ter, 10);
  expect(bleu(hyps, refs, { lowercase: true }).score).toBeCloseTo(corpus.bleu_lowercase, 10);
  expect(chrF(hyps, refs).score).toBeCloseTo(corpus.chrf2, 10);
  expect(chrF(hyps, refs, { wordOrder: 2 }).score).toBeCloseTo(corpus.chrf2pp, 10);
  for (const [i, wanted] of sentence_bleu_exp_effective_order.entries())
    expect(bleu([hyps[i]!], [refs[i]!], { effectiveOrder: true }).score).toBeCloseTo(wanted, 10);
  for (const [i, wanted] of sentence_chrf2.entries())
    expect(chrF([hyps[i]!], [refs[i]!]).score).toBeCloseTo(wanted, 10);
});

test.each(sacrebleu.chrf)('sacrebleu: chrF of $hyps', ({ hyps, refs, args, chrf }) => {
  const { eps_smoothing = false, remove_whitespace = true, ...orders } = args as Record<string, unknown>;
  const { char_order: characterOrder = 6, word_order: wordOrder = 0, beta = 2 } = orders;
  const settings = { characterOrder, wordOrder, beta, epsilonSmoothing: eps_smoothing, whitespace: !remove_whitespace };
  expect(chrF(hyps, refs, settings as ChrFOptions).score).toBeCloseTo(chrf, 4);
});

test.each(sacrebleu.ter)('sacrebleu: TER $ter_percent', ({ hyps, refs, ter_percent }) => {
  expect(ter(hyps, refs).score).toBeCloseTo(ter_percent, 12);
});

test.each(sacrebleu.sentences.cases)('sacrebleu, growing corpus: $bleu', ({ hypotheses, references, ...wanted }) => {
  const { score, precisions, brevityPenalty } = bleu(hypotheses, references);
  expect(score).toBeCloseTo(wanted.bleu, 9);
  for (const [n, precision] of wanted.precisions.entries()) expect(precisions[n]).toBeCloseTo(precision, 9);
  expect(brevityPenalty).toBeCloseTo(wanted.brevityPenalty, 11);
  expect(chrF(hypotheses, references).score).toBeCloseTo(wanted.chrF, 9);
  expect(ter(hypotheses, references).score).toBeCloseTo(wanted.ter, 9);
  expect(chrF(hypotheses, references, { wordOrder: 2 }).score).toBeCloseTo(wanted.chrFpp, 9);
});

test('law: counts of any sample score as its texts do', () => {
  const counts = bleuCounts(hyps, refs, { smooth: 'add-k' });
  const law = fc.property(fc.array(fc.nat(hyps.length - 1), { minLength: 1, maxLength: 20 }), (places) => {
    const pick = <T>(all: readonly T[]) => places.map((i) => all[i]!);
    expect(bleuOfCounts(pick(counts), { smooth: 'add-k' })).toEqual(bleu(pick(hyps), pick(refs), { smooth: 'add-k' }));
  });
  fc.assert(law, { numRuns: 30 });
  expect(() => bleuOfCounts([])).toThrow(named('DataError'));
});

test('signatures say how', () => {
  const { signature } = bleu(['a'], ['a']);
  expect(signature).toBe('nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0-seqloom');
  expect(bleu(['a', 'b'], [['a', 'b'], 'b'], { smooth: 'floor' }).signature).toMatch(
    /^nrefs:var\|.*smooth:floor\[0.10\]/,
  );
  expect(ter(['A'], [['a', 'b']]).signature).toContain('nrefs:2|case:lc|tok:tercom|norm:no|punct:yes|asian:no|');
  expect(chrF(['a'], ['a'], { wordOrder: 2 }).signature).toContain('case:mixed|eff:yes|nc:6|nw:2|space:no');
});

test('TER counts a moved block once and takes the reference with the fewest edits', () => {
  expect(ter(['d e f a b c'], ['a b c d e f'])).toMatchObject({ edits: 1, referenceLength: 6 });
  expect(ter(['a b'], [['x y z', 'A c']])).toMatchObject({ edits: 1, referenceLength: 2.5, score: 40 });
  expect(ter(['a b'], ['A b'], { caseSensitive: true }).edits).toBe(1);
  const words = 'one two three four five six seven'.split(' ');
  const long = Array.from({ length: 120 }, (_, i) => words[(i * i) % 7]!);
  expect(ter([long.toReversed().join(' ')], [long.join(' ')]).edits).toBeLessThan(120);
  expect(ter(['a'], [words.join(' ').repeat(20)]).score).toBe(100);
});

test('signs beyond ASCII and the Basic Multilingual Plane are characters', () => {
  expect(chrF(['😀'], ['😃']).score).toBe(0);
  expect(bleu(['😀😃'], ['😀😃'], { tokenize: 'char', maxOrder: 2 }).outputLength).toBe(2);
  expect(bleu(['a\u3000b'], ['a b'], { maxOrder: 2 }).score).toBeCloseTo(100, 12);
});

test('nothing to compare with is an error, an empty output is not', () => {
  for (const metric of [bleu, chrF, ter]) {
    expect(() => metric([], [])).toThrow(named('DataError'));
    expect(() => metric(['a'], [[]])).toThrow('output 0 has no reference');
    expect(() => metric(['a'], [])).toThrow(named('ShapeError'));
    expect(() => metric(['a'], ['a'], { order: 1 } as object)).toThrow(named('OptionError'));
    expect(metric([''], ['a']).score).toBe(metric === ter ? 100 : 0);
    expect(metric([''], ['']).score).toBe(0);
  }
  expect(() => bleu(['a'], ['a'], { tokenize: 'zh' as '13a' })).toThrow(named('OptionError'));
});
