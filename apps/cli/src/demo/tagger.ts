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
const exampleSentence = 'They refuse to permit us to obtain the refuse permit .';

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
  const steps = epochs * Math.ceil(train.length / batchSize);
  const rate: Schedule = (done) => peak * Math.max(0, 1 - done / steps);
  const optimizer = new Optimizer(chain(clipByGlobalNorm(5), adam({ learningRate: rate })));
  const batches = pipe(
    dataset(train),
    bucketByLength({ length: ({ tokens }) => tokens.length, batchSize, rng: rng.split() }),
  );
  const loss = (sentences: Sentence[]) => tagger.loss(sentences);
  const evaluate = async () => ({ dev: await accuracy(tagger, dev) });
  const { metrics } = await fit({ model: tagger.model, data: batches, loss, optimizer, epochs, evaluate }, [
    trainingBar(steps),
  ]);
  const tested = await accuracy(tagger, test);
  const seconds = (performance.now() - start) / 1000;
  console.log(`\ndev ${percent(metrics.dev)} · test ${percent(tested)} · ${seconds.toFixed(0)} s`);

  const file = userPath(model);
  const reloaded = await saveAndReload(tagger, file);
  console.log(
    `saved to ${file}; the reloaded model gives ${await sameTags(tagger, reloaded, test)} of ${test.length} test sentences the same tags.\n`,
  );
  await showTags(reloaded, splitWords(sentence || exampleSentence));
  await writeReport(json, { dev: metrics.dev, test: tested, seconds, backend, seed, epochs });
}

async function readTreebank(folder: string): Promise<{ train: Sentence[]; dev: Sentence[]; test: Sentence[] }> {
  const files = await treebankFiles(folder);
  const read = (file: TextFile) => collect(readConllu(file));
  const [train, dev, test] = await Promise.all([read(files.train), read(files.dev), read(files.test)]);
  return { train, dev, test };
}

async function accuracy(tagger: PosTagger, sentences: Sentence[]): Promise<number> {
  const predicted = await tagger.tag(sentences.map(({ tokens }) => tokens.map(({ form }) => form)));
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
  const words = sentences.map(({ tokens }) => tokens.map(({ form }) => form));
  const [first, second] = [await a.tag(words), await b.tag(words)];
  return first.filter((tags, i) => tags.join() === second[i]?.join()).length;
}

async function showTags(tagger: PosTagger, words: string[]): Promise<void> {
  const [tags] = await tagger.tag([words]);
  const widths = words.map((word, i) => Math.max(word.length, tags?.[i]?.length ?? 0));
  console.log(words.map((word, i) => word.padEnd(widths[i] as number)).join('  '));
  console.log(tags?.map((tag, i) => tag.padEnd(widths[i] as number)).join('  '));
}

function percent(value: number | undefined): string {
  return value === undefined ? '–' : `${(100 * value).toFixed(2)} %`;
}
