/** `crf train`: learns from sequences in CRFsuite's text format and writes a model that CRFsuite can read too. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataError, OptionError, Rng } from '@seqloom/core';
import {
  type Algorithm,
  type AttributeSequence,
  arow,
  averagedPerceptron,
  describeModel,
  type FeatureTrainingEvent,
  fitFeatureCRF,
  l2sgd,
  lbfgs,
  passiveAggressive,
  writeCrfsuiteModel,
} from '@seqloom/hmm-crf/feature-crf';
import { userPath } from '../terminal/arguments.js';
import { attributeFile, type DataChoices } from './attribute-file.js';

export interface TrainChoices extends DataChoices {
  model: string;
  algorithm: AlgorithmName;
  /** `name=value`, for the algorithm. */
  set: readonly string[];
  minFreq: number;
  possibleStates?: boolean;
  possibleTransitions?: boolean;
  threads: number;
  seed: number;
}

const algorithms = { lbfgs, l2sgd, ap: averagedPerceptron, pa: passiveAggressive, arow };

export type AlgorithmName = keyof typeof algorithms;

/** Trains until the algorithm stops, or until the first Ctrl-C, and writes the model. */
export async function trainFile(files: readonly string[], choices: TrainChoices): Promise<void> {
  const { minFreq, possibleStates, possibleTransitions, threads, seed } = choices;
  const algorithm = makeAlgorithm(choices);
  const abort = new AbortController();
  const stop = () => abort.abort();
  process.once('SIGINT', stop); // the second one ends the program
  try {
    const crf = await fitFeatureCRF(sequences(files, choices), {
      algorithm,
      features: { minFreq, possibleStates, possibleTransitions },
      threads,
      rng: new Rng(seed),
      signal: abort.signal,
      onThreadLoss: (problem) => console.error(problem),
      onEvent: (event) => console.error(progress(event)),
    });
    await save(userPath(choices.model), writeCrfsuiteModel(crf.model));
    console.log(
      `${describeModel(crf.model, { count: 0 }).split('\n').slice(0, 2).join('; ')}: written to ${choices.model}`,
    );
  } finally {
    process.off('SIGINT', stop);
  }
}

async function* sequences(files: readonly string[], choices: DataChoices): AsyncGenerator<AttributeSequence> {
  for (const file of files) {
    for await (const sequence of attributeFile(file, choices)) {
      if (sequence.weight === 1) yield sequence;
      else throw new DataError(file, `a sequence has @weight:${sequence.weight}, but in training all weigh the same`);
    }
  }
}

function makeAlgorithm({ algorithm, set }: TrainChoices): Algorithm {
  const options = set.map((text): [string, unknown] => {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined) throw new OptionError('crf train', `expected name=value, got '${text}'`);
    return [
      name,
      value === 'true' || value === 'false' ? value === 'true' : Number.isNaN(Number(value)) ? value : Number(value),
    ];
  });
  return algorithms[algorithm](Object.fromEntries(options));
}

function progress(event: FeatureTrainingEvent): string {
  if (event.type === 'stopped') return `stopped: ${event.reason}`;
  const { iteration, loss, featureNorm, activeFeatures, seconds } = event;
  return `iteration ${iteration}: loss ${loss.toFixed(4)}, |w| ${featureNorm.toFixed(4)}, ${activeFeatures} active, ${seconds.toFixed(3)} s`;
}

/** Written beside and then renamed: a model that is there stays whole when this one cannot be written. */
async function save(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
}
