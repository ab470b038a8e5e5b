/** `demo dates`: an encoder–decoder with attention learns to read dates as people write them. */
import { adam, chain, clipByGlobalNorm, cosineDecay, fit, Optimizer, Rng, useBackend } from '@seqloom/core';
import { batch, type DateExample, dataset, datesSplit, exactMatch, pipe, shuffle } from '@seqloom/data';
import { attentionMatrix } from '../terminal/attention-matrix.js';
import { writeReport } from '../terminal/report.js';
import { trainingBar } from '../terminal/training-bar.js';
import type { TrainingChoices } from './choices.js';
import { DateTranslator, type Translation } from './date-translator.js';

const trainSize = 20_000;
const testSize = 1_000;
const batchSize = 64;
const peak = 1e-2;

export async function demoDates({ epochs = 3, seed, backend: wanted, json }: TrainingChoices): Promise<void> {
  const start = performance.now();
  const backend = await useBackend(wanted);
  const { train, test } = datesSplit({ seed, train: trainSize, test: testSize });
  const rng = new Rng(seed);
  const translator = new DateTranslator(train, rng.split());
  console.log(`Learning to read ${train.length} dates such as “${train[0]?.source}” (${backend}, seed ${seed}).`);

  const steps = epochs * Math.ceil(train.length / batchSize);
  const rate = cosineDecay({ initial: peak, steps });
  const optimizer = new Optimizer(chain(clipByGlobalNorm(1), adam({ learningRate: rate })));
  const data = pipe(dataset(train), shuffle(rng.split()), batch(batchSize));
  const bar = trainingBar(steps);
  const loss = (examples: DateExample[]) => translator.loss(examples);
  await fit({ model: translator.model, data, loss, optimizer, epochs }, [bar]);

  const written = await translator.translate(test.map(({ source }) => source));
  const reached = exactMatch(
    written.map(({ text }) => text),
    test.map(({ target }) => target),
  );
  const seconds = (performance.now() - start) / 1000;
  showExamples(test, written);
  console.log(
    `\n${(100 * reached).toFixed(1)} % of ${test.length} unseen dates exactly right, after ${seconds.toFixed(0)} s.`,
  );
  await writeReport(json, {
    exactMatch: reached,
    seconds,
    backend,
    seed,
    epochs,
    train: train.length,
    test: test.length,
  });
}

function showExamples(test: readonly DateExample[], written: readonly Translation[]): void {
  console.log();
  for (const [i, { source, target }] of test.slice(0, 6).entries()) {
    const text = written[i]?.text;
    console.log(`  ${source.padEnd(32)} → ${text}${text === target ? '' : `   (should be ${target})`}`);
  }
  const [first, example] = [written[0], test[0]];
  if (!first || !example) return;
  console.log('\nWhat the model looked at (columns) when it wrote each character (rows):\n');
  console.log(attentionMatrix(first.weights, [...first.text], [...example.source]));
}
