/** English to French from what a config says of the model. */
import { Rng } from '@seqloom/core';
import { bleu, chrF } from '@seqloom/data';
import { BytePairs } from '@seqloom/data/tokenizers';
import { averageLength } from '@seqloom/layers';
import { type Pair, Seq2Seq, type Seq2SeqOptions } from '@seqloom/models';
import type { Context, Learning } from './context.js';
import { rounded } from './percent.js';
import type { Outcome } from './row.js';

export interface TranslatingConfig {
  readonly seed: number;
  /** Byte pairs of both languages together. */
  readonly pieces: number;
  readonly model: Omit<Seq2SeqOptions, 'rng'>;
  readonly learning: Learning;
  /** Of the beam. */
  readonly width: number;
}

interface Texts {
  readonly source: string;
  readonly target: string;
}

/** Trains on word parts, measures whole sentences: several French lines of one English one are as many references. */
export async function bleuOnTest(
  context: Context,
  { seed, pieces, model, learning, width }: TranslatingConfig,
): Promise<Outcome> {
  const parts = await context.load('tatoeba-eng-fra');
  const train = context.some(parts.train);
  const encoder = await BytePairs.train(
    train.flatMap(({ source, target }) => [source, target]),
    { size: pieces },
  );
  const split = (text: string) => encoder.encode(text).map((id) => encoder.vocabulary.tokens[id]!);
  const joined = (tokens: readonly string[]) => encoder.decode(tokens.map((token) => encoder.vocabulary.id(token)));
  const pairs = (texts: readonly Texts[]): Pair[] =>
    texts.map(({ source, target }) => ({ source: split(source), target: split(target) }));
  const translator = Seq2Seq.build(pairs(train), { ...model, rng: new Rng(seed) });
  await translator.fit(pairs(train), context.fit(learning, { dev: pairs(context.some(parts.dev)) }));
  const { sources, references } = byEnglish(context.some(parts.test));
  const options = { width, penalties: [averageLength(1)], maxLength: 60 };
  const outputs = (await translator.predict(sources.map(split), options)).map(joined);
  const [{ score, signature }, characters] = [bleu(outputs, references), chrF(outputs, references)];
  const examples = sources.slice(0, 5).map((english, i) => [english, outputs[i]!]);
  return {
    score: rounded(score),
    further: {
      'BLEU signature': signature,
      chrF: rounded(characters.score),
      'chrF signature': characters.signature,
      ...Object.fromEntries(examples),
    },
  };
}

/** English sentences, each once, with all of their French ones. */
function byEnglish(texts: readonly Texts[]): { sources: string[]; references: string[][] } {
  const found = new Map<string, string[]>();
  for (const { source, target } of texts) found.set(source, [...(found.get(source) ?? []), target]);
  return { sources: [...found.keys()], references: [...found.values()] };
}
