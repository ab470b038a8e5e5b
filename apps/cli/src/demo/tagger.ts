/** `demo tagger`: trains a part-of-speech tagger on a treebank folder, saves it, loads it again and tags a sentence. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { adam, chain, clipByGlobalNorm, fit, Optimizer, Rng, type Schedule, useBackend } from '@seqloom/core';
import {
  bucketByLength,
  collect,
  dataset,
  pipe,
  readConllu,
  type Sentence,
  splitWords,
  tokenAccuracy,
} from '@seqloom/data';
import { type TextFile, treebankFiles } from '@seqloom/data/node';
import { userPath } from '../terminal/arguments.js';
import { writeReport } from '../terminal/report.js';
import { trainingBar } from '../terminal/training-bar.js';
import type { TrainingChoices } from './choices.js';
import { PosTagger } from './pos-tagger.js';

export interface TaggerChoices extends TrainingChoices {
  data: string;
  model: string;
  sentence: string;
}

const batchSize = 32;
const peak = 3e-3;

export async function demoTagger({
  epochs = 5,
  seed,
  backend: wanted,
  json,
  data,
  model,
  sentence,
}: TaggerChoices): Promise<void> {
  const start = performance.now();
  const backend = await useBackend(wanted);
  const { train, dev, test } = await readTreebank(userPath(data));
  console.log(
    `${train.length} sentences to learn from, ${dev.length} dev, ${test.length} test (${backend}, seed ${seed}).`,
  );

  const rng = new Rng(seed);
  const tagger = PosTagger.build(train, rng.split());
  await learn(tagger, train, dev, { epochs, rng: rng.split() });
  const [onDev, onTest] = [await accuracy(tagger, dev), await accuracy(tagger, test)];
  const seconds = (performance.now() - start) / 1000;
  console.log(`\ndev ${percent(onDev)} · test ${percent(onTest)} · ${seconds.toFixed(0)} s`);

  const file = userPath(model);
  const reloaded = await saveAndReload(tagger, file);
  console.log(
    `saved to ${file}; the reloaded model gives ${await sameTags(tagger, reloaded, test)} of ${test.length} test sentences the same tags.\n`,
  );
  await showTags(reloaded, sentence ? splitWords(sentence) : forms(test[0]));
  await writeReport(json, { dev: onDev, test: onTest, seconds, backend, seed, epochs });
}

/** Trains with Adam at a rate that falls to 0, and measures on the dev sentences after each epoch. */
async function learn(
  tagger: PosTagger,
  train: readonly Sentence[],
  dev: readonly Sentence[],
  { epochs, rng }: { epochs: number; rng: Rng },
): Promise<void> {
  const steps = epochs * Math.ceil(train.length / batchSize);
  const rate: Schedule = (done) => peak * Math.max(0, 1 - done / steps);
  const optimizer = new Optimizer(chain(clipByGlobalNorm(5), adam({ learningRate: rate })));
  const data = pipe(dataset(train), bucketByLength({ length: ({ tokens }) => tokens.length, batchSize, rng }));
  const loss = (sentences: Sentence[]) => tagger.loss(sentences);
  const evaluate = async () => ({ dev: await accuracy(tagger, dev) });
  await fit({ model: tagger.model, data, loss, optimizer, epochs, evaluate }, [trainingBar(steps)]);
  optimizer.dispose();
}

async function readTreebank(folder: string): Promise<{ train: Sentence[]; dev: Sentence[]; test: Sentence[] }> {
  const files = await treebankFiles(folder);
  const read = (file: TextFile) => collect(readConllu(file));
  const [train, dev, test] = await Promise.all([read(files.train), read(files.dev), read(files.test)]);
  return { train, dev, test };
}

async function accuracy(tagger: PosTagger, sentences: readonly Sentence[]): Promise<number> {
  const predicted = await tagger.tag(sentences.map(forms));
  return tokenAccuracy(
    predicted,
    sentences.map(({ tokens }) => tokens.map(({ upos }) => upos ?? '_')),
  );
}

async function saveAndReload(tagger: PosTagger, file: string): Promise<PosTagger> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await tagger.save());
  return PosTagger.load(await readFile(file));
}

async function sameTags(a: PosTagger, b: PosTagger, sentences: Sentence[]): Promise<number> {
  const words = sentences.map(forms);
  const [first, second] = [await a.tag(words), await b.tag(words)];
  return first.filter((tags, i) => tags.join() === second[i]?.join()).length;
}

async function showTags(tagger: PosTagger, words: string[]): Promise<void> {
  const [tags] = await tagger.tag([words]);
  const widths = words.map((word, i) => Math.max(word.length, tags?.[i]?.length ?? 0));
  console.log(
    words
      .map((word, i) => word.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
  console.log(
    tags
      ?.map((tag, i) => tag.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd(),
  );
}

function forms(sentence: Sentence | undefined): string[] {
  return sentence?.tokens.map(({ form }) => form) ?? [];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
