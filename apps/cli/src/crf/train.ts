/** `crf train`: learns from sequences in CRFsuite's text format and writes a model that CRFsuite can read too. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OptionError, Rng, UsageError } from '@seqloom/core';
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
  let learned = false;
  process.once('SIGINT', stop); // the second one ends the program
  try {
    const crf = await fitFeatureCRF(sequences(files, choices, abort.signal), {
      algorithm,
      features: { minFreq, possibleStates, possibleTransitions },
      threads,
      rng: new Rng(seed),
      signal: abort.signal,
      onThreadLoss: (problem) => console.error(problem),
      onEvent: (event) => {
        console.error(progress(event));
        learned ||= event.type === 'iteration';
      },
    });
    if (!learned && abort.signal.aborted) throw stoppedEarly(choices);
    await save(userPath(choices.model), writeCrfsuiteModel(crf.model));
    console.log(
      `${describeModel(crf.model, { count: 0 }).split('\n').slice(0, 2).join('; ')}: written to ${choices.model}`,
    );
  } finally {
    process.off('SIGINT', stop);
  }
}

function stoppedEarly({ model }: TrainChoices): UsageError {
  return new UsageError('crf train', `stopped before the first iteration: ${model} is not written`);
}

/** The sequences of all files. Throws a UsageError when the signal is aborted. */
async function* sequences(
  files: readonly string[],
  choices: TrainChoices,
  abort: AbortSignal,
): AsyncGenerator<AttributeSequence> {
  for (const file of files) {
    for await (const sequence of attributeFile(file, choices)) {
      if (abort.aborted) throw stoppedEarly(choices);
      yield sequence;
    }
  }
}

/** `name=value` of the algorithm, or `group.name=value`, as CRFsuite spells `calibration.eta`. */
function makeAlgorithm({ algorithm, set }: TrainChoices): Algorithm {
  const options: Record<string, unknown> = {};
  for (const text of set) {
    const [, group, name, value] = /^(?:([^=.]+)\.)?([^=.]+)=(.+)$/.exec(text) ?? [];
    if (!name || !value) throw new OptionError('crf train', `expected name=value, got '${text}'`);
    if (group) options[group] ??= {};
    const target = group ? (options[group] as Record<string, unknown>) : options;
    target[name] =
      value === 'true' || value === 'false' ? value === 'true' : Number.isNaN(Number(value)) ? value : Number(value);
  }
  return algorithms[algorithm](options);
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
