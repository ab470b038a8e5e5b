/** Tagging English with a sparse CRF (UD English EWT, 436 thousand features): ours beside CRFsuite, both on the same attributes. */
import { execFile } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type FeatureTrainingEvent,
  featurizeAll,
  fitFeatureCRF,
  lbfgs,
  trainFeatureCRF,
  writeAttributes,
} from '@seqloom/hmm-crf/feature-crf';
import type { BenchCase } from '../compare.js';
import { type CrfsuiteWork, crfsuitePeer, crfsuiteWork, hasCrfsuite } from '../peers/crfsuite.js';
import { sharedData, type Tagged, treebank, wordFeatures } from '../treebank.js';

const size = 'UD English EWT, 17 labels';
const iterations = 20;
const algorithm = lbfgs({ c2: 0.1 });

/** Every call makes an iteration. */
async function steps(threads: number): Promise<() => Promise<FeatureTrainingEvent>> {
  const start = () => trainFeatureCRF(featurizeAll(treebank('train'), wordFeatures), { algorithm, threads });
  let events = start();
  const next = async (): Promise<FeatureTrainingEvent> => {
    const { value } = await events.next();
    if (value?.type === 'iteration') return value;
    events = start();
    return next();
  };
  await next();
  return next;
}

/** Starts the peer on files with our attributes, which are removed at the end. */
async function peer(work: CrfsuiteWork['work']) {
  const folder = await mkdtemp(join(tmpdir(), 'seqloom-crf-'));
  const [train, test] = [join(folder, 'train.txt'), join(folder, 'test.txt')];
  await write(treebank('train'), train);
  await write(treebank('test'), test);
  const { stop, ...started } = await crfsuiteWork({ work, train, test, iterations });
  const dispose = async () => {
    stop();
    await rm(folder, { recursive: true });
  };
  return { ...started, train, dispose };
}

async function write(sentences: readonly Tagged[], path: string): Promise<void> {
  const file = createWriteStream(path);
  for (const sequence of featurizeAll(sentences, wordFeatures)) file.write(writeAttributes([sequence]));
  await new Promise<void>((resolve) => file.end(() => resolve()));
}

async function prepareTagging() {
  const { first, theirs, dispose } = await peer('tagging');
  const crf = await fitFeatureCRF(featurizeAll(treebank('train'), wordFeatures), {
    algorithm: lbfgs({ c2: 0.1, maxIterations: iterations }),
  });
  const test = [...featurizeAll(treebank('test'), wordFeatures)];
  const right = test.reduce(
    (sum, { items, labels }) => sum + crf.tag(items).filter((label, t) => label === labels[t]).length,
    0,
  );
  if (right !== Number(first)) throw new Error(`ours has ${right} words right, CRFsuite ${first}`);
  const ours = () => {
    for (const { items } of test) crf.tag(items);
  };
  return { ours, theirs, dispose };
}

/** Megabytes instead of milliseconds, measured once: by how much a process grows that reads the attributes and trains. */
async function prepareMemory() {
  const { first, train, dispose } = await peer('memory');
  const script = fileURLToPath(new URL('../feature-crf-memory.ts', import.meta.url));
  const run = promisify(execFile)(process.execPath, [...process.execArgv, script, train, String(iterations)]);
  const ours = Number((await run).stdout);
  return { ours: () => ours, theirs: () => Number(first), dispose };
}

const backend = 'wasm, f64';
const beside: BenchCase[] = [
  {
    ...{ name: 'feature CRF, L-BFGS iteration', size, backend, peer: crfsuitePeer },
    async prepare() {
      const { theirs, dispose } = await peer('training');
      return { ours: await steps(1), theirs, dispose };
    },
  },
  {
    ...{ name: 'feature CRF, tagging', size: 'its test part, 25094 words', backend, peer: crfsuitePeer },
    prepare: prepareTagging,
  },
  { ...{ name: 'feature CRF, training in MB', size, backend, peer: crfsuitePeer }, prepare: prepareMemory },
];

const alone: BenchCase[] = [
  {
    ...{ name: 'feature CRF, threads', size, backend, threads: 2, peer: 'ours, one thread' },
    async prepare() {
      return { ours: await steps(2), theirs: await steps(1) };
    },
  },
];

const hasData = existsSync(join(sharedData, 'labelling', 'ud-english-ewt'));
if (!hasData) console.warn(`left out: the feature CRF, for UD English EWT is not in ${sharedData}; set SEQLOOM_DATA`);

export const cases: BenchCase[] = hasData ? [...(hasCrfsuite ? beside : []), ...alone] : [];
