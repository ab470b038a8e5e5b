/** One mechanism, one task, one seed: trains a small encoder–decoder on a budget of steps and measures it. */
import { adam, chain, clipByGlobalNorm, dataset, fit, Rng } from '@seqloom/core';
import { Vocabulary } from '@seqloom/data';
import { padIds } from '@seqloom/data/to-tensors';
import { BahdanauDecoder, Embedding, EncoderDecoder, GRUCell, gru } from '@seqloom/layers';
import * as tf from '@tensorflow/tfjs-core';
import { type Mechanism, mechanisms } from './mechanisms.js';
import { type Pair, type Task, tasks } from './tasks.js';

export interface Trial {
  mechanism: string;
  task: string;
  seed: number;
  /** Share of unseen pairs that are written without a mistake. */
  exact: number;
  /** Training steps after which 99 % of unseen pairs were right; null where that did not happen. */
  stepsTo99: number | null;
  /** Share of written symbols for which the largest weight was at the right place; null where nobody knows it. */
  aligned: number | null;
}

export interface Budget {
  steps: number;
  batch: number;
}

const [embedded, hidden] = [16, 24];
const size = 2 * hidden;
const unseenPairs = 100;
const checkEvery = 50;

export async function runTrial(
  name: { mechanism: string; task: string },
  seed: number,
  budget: Budget,
): Promise<Trial> {
  const rng = new Rng(seed);
  const task = tasks[name.task]!;
  const unseen = draw(task, new Rng(1_000 + seed), unseenPairs);
  const vocabularies = vocabulariesOf([...unseen, ...draw(task, new Rng(7), 500)]);
  const model = build(mechanisms[name.mechanism]!, vocabularies, rng);
  const data = dataset(() => Array.from({ length: budget.steps }, () => draw(task, rng, budget.batch)));
  const loss = (pairs: Pair[]) => model.loss(tensors(pairs, vocabularies));
  const optimizer = chain(clipByGlobalNorm(1), adam({ learningRate: 5e-3 }));
  let stepsTo99: number | null = null;
  await fit({ model, data, loss, optimizer, epochs: 1 }, [
    async (event) => {
      if (event.type !== 'step' || stepsTo99 !== null || event.step % checkEvery > 0) return;
      const { exact } = await examine(model, unseen, vocabularies);
      if (exact >= 0.99) stepsTo99 = event.step;
    },
  ]);
  const { exact, aligned } = await examine(model, unseen, vocabularies);
  model.dispose();
  return { ...name, seed, exact, stepsTo99, aligned };
}

export interface Vocabularies {
  source: Vocabulary;
  target: Vocabulary;
}

export function draw(task: Task, rng: Rng, count: number): Pair[] {
  return Array.from({ length: count }, () => task(rng));
}

export function vocabulariesOf(pairs: readonly Pair[]): Vocabularies {
  const specials = { start: '<s>', end: '</s>' };
  return {
    source: Vocabulary.build(pairs.flatMap(({ source }) => source)),
    target: Vocabulary.build(
      pairs.flatMap(({ target }) => target),
      { specials },
    ),
  };
}

export function build(
  { make }: Mechanism,
  { source, target }: Vocabularies,
  rng: Rng,
): EncoderDecoder<unknown, tf.Tensor2D, unknown> {
  const cell = new GRUCell({ inputSize: embedded + size, hiddenSize: size, rng });
  const attention = make({ size, maxKeys: 64, rng });
  return new EncoderDecoder({
    source: new Embedding({ vocabularySize: source.size, size: embedded, rng }),
    target: new Embedding({ vocabularySize: target.size, size: embedded, rng }),
    encoder: gru({ inputSize: embedded, hiddenSize: hidden, bidirectional: true, rng }),
    decoder: new BahdanauDecoder({ cell, attention, contextSize: size, inputSize: embedded, rng }),
    rng,
  });
}

export function tensors(pairs: readonly Pair[], { source, target }: Vocabularies) {
  const from = padIds(pairs.map((pair) => source.encode(pair.source)));
  const to = padIds(pairs.map((pair) => [target.start, ...target.encode(pair.target), target.end]));
  return { source: from.ids, sourceMask: from.mask, target: to.ids, targetMask: to.mask };
}

async function examine(model: ReturnType<typeof build>, pairs: readonly Pair[], vocabularies: Vocabularies) {
  const { source, sourceMask, target, targetMask } = tensors(pairs, vocabularies);
  const { start, end, decode } = reading(vocabularies.target);
  const maxLength = 1 + Math.max(...pairs.map((pair) => pair.target.length));
  const written = await model.greedy({ source, sourceMask }, { start, end, maxLength });
  tf.dispose([source, sourceMask, target, targetMask]);
  const right = written.filter(({ ids }, i) => decode(ids).join('\t') === pairs[i]!.target.join('\t'));
  const places = pairs.flatMap(({ alignment }, i) =>
    (alignment ?? []).flatMap((from, t) => {
      const weights = written[i]!.weights[t];
      return weights ? [from.includes(weights.indexOf(Math.max(...weights)))] : [];
    }),
  );
  const aligned = places.length > 0 ? places.filter(Boolean).length / places.length : null;
  return { exact: right.length / pairs.length, aligned };
}

export function reading(vocabulary: Vocabulary) {
  const { start, end } = vocabulary;
  return { start, end, decode: (ids: readonly number[]) => vocabulary.decode(ids) };
}
