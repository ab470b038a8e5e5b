/** Decoders against enumeration, and against what others' decoders gave. */
import { DataError, lengthMask, OptionError, Rng, type Sequence, sequence, useBackend } from '@seqloom/core';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import fixture from '../__fixtures__/ctc-decoding.json' with { type: 'json' };
import {
  CTCGreedyStream,
  ctcAlign,
  ctcBeamDecode,
  ctcGreedyDecode,
  ctcLosses,
  type LabelModel,
  NGramModel,
  SpelledWords,
} from '../index.js';

beforeAll(async () => void (await useBackend('cpu')));

function frames(T: number, V: number, seed: number): { logits: Sequence; logs: number[][] } {
  const rng = new Rng(seed);
  const values = tf.tensor3d([Array.from({ length: T }, () => Array.from({ length: V }, () => 2 * rng.normal()))]);
  return { logits: sequence(values), logs: tf.logSoftmax(values).arraySync()[0] as number[][] };
}

/** All paths: classes of the frames, and their log-probability. */
function paths(logs: readonly number[][]): { path: number[]; score: number }[] {
  return logs.reduce(
    (before, row) => before.flatMap(({ path, score }) => row.map((x, v) => ({ path: [...path, v], score: score + x }))),
    [{ path: [] as number[], score: 0 }],
  );
}

const collapse = (path: readonly number[], blank: number) => path.filter((v, i) => v !== path[i - 1] && v !== blank);

describe('ctcBeamDecode', () => {
  const model = NGramModel.train(
    [
      [0, 2, 0],
      [2, 3],
      [0, 2],
    ],
    { order: 2, vocabularySize: 4 },
  );
  const settings: { languageModel?: NGramModel; alpha?: number; beta?: number }[] = [
    {},
    { languageModel: model, alpha: 0.7, beta: 0.4 },
    { languageModel: model, alpha: 0, beta: -1 },
  ];
  it.each(settings)('is exhaustive search where the beam is wide: %o', async (options) => {
    const { logits, logs } = frames(5, 4, 5);
    const { alpha = 0, beta = 0 } = options;
    const sums = new Map<string, { labels: number[]; p: number }>();
    for (const { path, score } of paths(logs)) {
      const labels = collapse(path, 1);
      sums.set(labels.join(), { labels, p: (sums.get(labels.join())?.p ?? 0) + Math.exp(score) });
    }
    const scored = [...sums.values()].map(({ labels, p }) => ({
      labels,
      acoustic: Math.log(p),
      score: Math.log(p) + alpha * model.score(labels) + beta * labels.length,
    }));
    scored.sort((a, b) => b.score - a.score);
    const [found] = await ctcBeamDecode(logits, { ...options, blank: 1, beam: 5000, nBest: 5000 });
    expect(found!.length).toBe(scored.length);
    for (const [i, { labels, score, acoustic }] of scored.slice(0, 50).entries()) {
      expect(found![i]).toMatchObject({ labels });
      expect(found![i]!.score).toBeCloseTo(score, 5);
      expect(found![i]!.acoustic).toBeCloseTo(acoustic, 5);
    }
  });

  it.each([1, 2, 3, 7])('keeps the best %d prefixes of each frame, also with a language model', async (beam) => {
    const { logits, logs } = frames(14, 4, beam);
    for (const options of settings) {
      const { alpha = 0, beta = 0 } = options;
      const bonus = (labels: readonly number[]) => {
        const end = options.languageModel && labels.reduce((s, id) => model.next(s, id).state, model.start());
        const words = end ? model.score(labels) - model.end(end).logProbability : 0;
        return alpha * words + beta * labels.length;
      };
      let kept = new Map([['', { labels: [] as number[], blank: 1, open: 0 }]]);
      for (const row of logs) {
        const next: typeof kept = new Map();
        const at = (labels: number[]) => {
          const key = labels.join();
          return next.get(key) ?? next.set(key, { labels, blank: 0, open: 0 }).get(key)!;
        };
        for (const { labels, blank, open } of kept.values()) {
          for (const [v, x] of row.entries()) {
            if (v === 1) at(labels).blank += (blank + open) * Math.exp(x);
            else if (v === labels.at(-1)) {
              at(labels).open += open * Math.exp(x);
              at([...labels, v]).open += blank * Math.exp(x);
            } else at([...labels, v]).open += (blank + open) * Math.exp(x);
          }
        }
        const score = (each: { labels: number[]; blank: number; open: number }) =>
          Math.log(each.blank + each.open) + bonus(each.labels);
        kept = new Map([...next].sort(([, a], [, b]) => score(b) - score(a)).slice(0, beam));
      }
      const [found] = await ctcBeamDecode(logits, { ...options, blank: 1, beam, nBest: beam });
      const sums = new Map([...kept].map(([key, { blank, open }]) => [key, Math.log(blank + open)]));
      expect(new Map(found!.map(({ labels, acoustic }) => [labels.join(), expect.closeTo(acoustic, 4)]))).toEqual(sums);
    }
  });

  it('is never better than with a wider beam; `considered` leaves classes out', async () => {
    const { logits } = frames(12, 5, 8);
    const best = async (options: object) => (await ctcBeamDecode(logits, options))[0]![0]!.score;
    const scores = [await best({ beam: 1 }), await best({ beam: 4 }), await best({ beam: 400 })];
    expect(scores).toEqual([...scores].sort((a, b) => a - b));
    expect(await best({ beam: 400, considered: 1 })).toBeLessThanOrEqual(scores[2]!);
    expect(await best({ beam: 400, considered: 4 })).toBe(scores[2]);
  });

  it('finds what TensorFlow finds', async () => {
    const { scores, blank, beam_width: beam, paths: expected, log_probs } = fixture.tensorflow;
    const [found] = await ctcBeamDecode(sequence(tf.tensor3d([scores])), { blank, beam, nBest: 2 });
    expect(found!.map(({ labels }) => labels)).toEqual(expected);
    for (const [i, { acoustic }] of found!.entries()) expect(acoustic).toBeCloseTo(log_probs[i]!, 4);
  });

  it.each(fixture.exact)('ranks labellings exactly', async ({ probs_TC, blank, labellings_by_probability }) => {
    const [found] = await ctcBeamDecode(sequence(tf.log(tf.tensor3d([probs_TC]))), { blank, beam: 200, nBest: 200 });
    for (const [i, [labels, p]] of labellings_by_probability.entries()) {
      if (p === 0) continue;
      expect(found![i]!.labels).toEqual(labels);
      expect(Math.exp(found![i]!.score)).toBeCloseTo(p as number, 5);
    }
  });
});

describe('a line of handwriting', () => {
  const { characters, blank, logits: flat, ...expected } = fixture.line;
  const line = () => sequence(tf.tensor3d(flat, [1, flat.length / (characters.length + 1), characters.length + 1]));
  const text = (labels: readonly number[]) => labels.map((id) => characters[id]).join('');

  it('reads as in githubharald/CTCDecoder', async () => {
    const [greedy] = await ctcGreedyDecode(line(), { blank });
    expect(text(greedy!.labels)).toBe(expected.best_path);
    const [beam] = await ctcBeamDecode(line(), { blank, beam: 25 });
    expect(text(beam![0]!.labels)).toBe(expected.beam_search_width25);
    const languageModel = bigrams(expected.corpus, characters);
    const [helped] = await ctcBeamDecode(line(), { blank, beam: 25, languageModel, alpha: 0.01 });
    expect(text(helped![0]!.labels)).toBe(expected.beam_search_char_bigram_lm);
    const ids = Array.from(expected.ground_truth, (character) => characters.indexOf(character));
    const labels = { ids: tf.tensor2d([ids], undefined, 'int32'), mask: tf.ones<tf.Rank.R2>([1, ids.length]) };
    expect((await ctcLosses(line(), labels, { blank }).data())[0]).toBeCloseTo(expected.loss_gt, 4);
  });
});

describe('a lexicon', () => {
  const { characters, blank, logits: flat, ...expected } = fixture.word;
  const classes = characters.length + 1;
  const word = () => sequence(tf.tensor3d(flat, [1, flat.length / classes, classes]));
  const spell = (text: string) => Array.from(text, (character) => characters.indexOf(character));
  const lexicon = ['aircraft', 'airport', 'craft', 'aircrew'];
  const model = NGramModel.train(
    lexicon.map((_, id) => [id]),
    { order: 2, vocabularySize: lexicon.length },
  );
  const words = lexicon.map(spell);
  const separator = characters.indexOf(' ');
  const text = (labels: readonly number[]) => labels.map((id) => characters[id]).join('');

  it('corrects what the best path spells', async () => {
    expect(text((await ctcGreedyDecode(word(), { blank }))[0]!.labels)).toBe(expected.best_path);
    const only = new SpelledWords({ model, words, separator });
    const [found] = await ctcBeamDecode(word(), { blank, languageModel: only });
    expect(text(found![0]!.labels)).toBe(expected.lexicon_search);
    const any = new SpelledWords({ model, words, separator, unknown: -1e-3 });
    const [free] = await ctcBeamDecode(word(), { blank, languageModel: any });
    expect(text(free![0]!.labels)).toBe(expected.best_path);
  });

  it('scores words when they end', () => {
    const spelled = new SpelledWords({ model, words, separator });
    const scored = (line: string) => {
      let [total, count, state] = [0, 0, spelled.start()];
      for (const label of spell(line)) {
        const said = spelled.next(state, label);
        [total, count, state] = [total + said.logProbability, count + said.words, said.state];
      }
      const { logProbability, words: last } = spelled.end(state);
      return [total + logProbability, count + last];
    };
    expect(scored('aircraft  craft')).toEqual([expect.closeTo(model.score([0, 2]), 10), 2]);
    expect(scored('airc')).toEqual([-Infinity, 1]);
    expect(() => new SpelledWords({ model, words: [[1], [1]], separator })).toThrow('the same as word 0');
    expect(() => new SpelledWords({ model, words: [[1, separator]], separator })).toThrow(DataError);
  });
});

/** Character bigrams without smoothing: what does not occur is all but impossible. */
function bigrams(corpus: string, characters: string): LabelModel<number | undefined> {
  const seen = Array.from(corpus, (c, i) => [characters.indexOf(corpus[i - 1] ?? ' '), characters.indexOf(c)] as const);
  return {
    start: () => undefined,
    next(state, label) {
      const before = state ?? characters.indexOf(' ');
      const after = seen.slice(1).filter(([first]) => first === before);
      const n = after.filter(([, second]) => second === label).length;
      return { logProbability: n > 0 ? Math.log(n / after.length) : -1e5, state: label };
    },
    end: () => ({ logProbability: 0 }),
  };
}

describe('ctcAlign', () => {
  it('is the best of all paths that spell the labels', async () => {
    const { logits, logs } = frames(6, 4, 3);
    for (const labels of [[], [0], [0, 3], [3, 3], [0, 3, 0]]) {
      const spelling = paths(logs).filter(({ path }) => collapse(path, 1).join() === labels.join());
      const best = spelling.reduce((a, b) => (b.score > a.score ? b : a));
      const [found] = await ctcAlign(logits, [labels], { blank: 1 });
      expect(found!.score).toBeCloseTo(best.score, 4);
      const path = new Array<number>(6).fill(1);
      for (const [i, { start, end }] of found!.spans.entries()) path.fill(labels[i]!, start, end);
      expect(path).toEqual(best.path);
      const spoken = best.path.reduce((sum, v, t) => sum + (v === 1 ? 0 : logs[t]![v]!), 0);
      expect(found!.spans.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(spoken, 4);
    }
  });

  it('leaves masked frames out, which may be NaN', async () => {
    const nan = Number.NaN;
    const values = tf.tensor3d([
      [
        [nan, nan],
        [0, 9],
        [nan, nan],
        [0, 9],
        [9, 0],
        [nan, 1],
      ],
    ]);
    const logits = sequence(values, tf.tensor2d([[0, 1, 0, 1, 1, 0]]));
    expect((await ctcAlign(logits, [[1]]))[0]!.spans).toMatchObject([{ start: 1, end: 4 }]);
    expect((await ctcGreedyDecode(logits))[0]!.spans).toMatchObject([{ start: 1, end: 4 }]);
    await expect(ctcAlign(logits, [[1, 1, 1]])).rejects.toThrow(
      /no path through the 3 frames of sequence 0 spells its 3 labels/,
    );
  });
});

describe('greedy', () => {
  it.each(fixture.greedy)('is what TensorFlow decodes', async ({ probs_TC, blank, decoded, neg_sum_logits }) => {
    const [found] = await ctcGreedyDecode(sequence(tf.log(tf.tensor3d([probs_TC]))), { blank });
    expect(found!.labels).toEqual(decoded);
    const sums = probs_TC.map((row) => Math.log(row.reduce((a, b) => a + b)));
    expect(-found!.score).toBeCloseTo(neg_sum_logits + sums.reduce((a, b) => a + b), 5);
  });

  it('comes out the same step by step', async () => {
    const values = tf.randomNormal<tf.Rank.R3>([3, 9, 4], 0, 2, 'float32', 3);
    const stream = new CTCGreedyStream({ batch: 3, blank: 2 });
    const heard: number[][] = [[], [], []];
    for (const frame of tf.unstack(values, 1) as tf.Tensor2D[]) {
      for (const [b, label] of (await stream.step(frame)).entries()) if (label !== undefined) heard[b]!.push(label);
    }
    const whole = await ctcGreedyDecode(sequence(values), { blank: 2 });
    expect(stream.transcripts()).toEqual(whole);
    expect(heard).toEqual(whole.map(({ labels }) => labels));
  });
});

it('names what is wrong, and stops when told', async () => {
  const bad = sequence(
    tf.tensor3d([
      [
        [1, 2, 3],
        [1, Number.NaN, 3],
      ],
    ]),
    lengthMask([2]),
  );
  const [good] = [sequence(tf.zeros<tf.Rank.R3>([1, 2, 3]))];
  for (const decode of [ctcGreedyDecode, ctcBeamDecode, (x: Sequence) => ctcAlign(x, [[1]])]) {
    await expect(decode(bad)).rejects.toThrow(/a logit is NaN at sequence 0, step 1/);
  }
  await expect(ctcBeamDecode(good, { beam: 0 })).rejects.toThrow(OptionError);
  await expect(ctcBeamDecode(good, { beam: 2, nBest: 3 })).rejects.toThrow(OptionError);
  await expect(ctcGreedyDecode(good, { blank: 3 })).rejects.toThrow(OptionError);
  await expect(ctcAlign(good, [[0]])).rejects.toThrow(DataError);
  await expect(ctcBeamDecode(good, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  const late = new AbortController();
  setTimeout(() => late.abort(), 5);
  const { logits: long } = frames(1500, 30, 1);
  await expect(ctcBeamDecode(long, { beam: 100, signal: late.signal })).rejects.toThrow(/abort/i);
  await expect(new CTCGreedyStream().step(tf.tensor2d([[Number.NaN, 1]]))).rejects.toThrow(DataError);
});
