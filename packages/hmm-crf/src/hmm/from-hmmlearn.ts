/** Models that hmmlearn has learned, as JSON. */
import { CheckpointError, show } from '@seqloom/core/errors';
import type { EmissionJSON } from './emissions/emission.js';
import { readEmission } from './emissions/read-emission.js';
import type { HMM } from './hmm.js';
import { madeOf } from './hmm-json.js';

/** Attributes of an hmmlearn model, under their names there: numbers, strings and nested lists. */
export type HmmlearnJSON = Readonly<Record<string, unknown>>;

const where = 'fromHmmlearn';

/**
 * Reads what these five lines of Python write of a fitted `model`, as JSON or as text. Throws a CheckpointError that names what is missing.
 *
 *     import json
 *     names = 'startprob_ transmat_ emissionprob_ means_ covars_ lambdas_ weights_ covariance_type n_trials'.split()
 *     found = {name: getattr(model, name) for name in names if getattr(model, name, None) is not None}
 *     found = {name: value.tolist() if hasattr(value, 'tolist') else value for name, value in found.items()}
 *     json.dump(found, open('model.json', 'w'))
 */
export function fromHmmlearn(file: string | HmmlearnJSON): HMM {
  const json = typeof file === 'string' ? parse(file) : file;
  const startProb = numbers(json, 'startprob_');
  const transMat = numbers(json, 'transmat_');
  return madeOf(where, { emission: readEmission(emissionOf(json, startProb.length)), startProb, transMat });
}

function emissionOf(json: HmmlearnJSON, stateCount: number): EmissionJSON {
  if (json.means_ !== undefined) return gaussian(json, stateCount);
  if (json.lambdas_ !== undefined) {
    const lambdas = numbers(json, 'lambdas_');
    return { family: 'poisson', stateCount, size: lambdas.length / stateCount, lambdas };
  }
  const emissionProb = numbers(json, 'emissionprob_');
  const size = emissionProb.length / stateCount;
  if (json.n_trials === undefined) return { family: 'categorical', stateCount, size, emissionProb };
  const trials = typeof json.n_trials === 'number' ? { trials: json.n_trials } : {};
  return { family: 'multinomial', stateCount, size, emissionProb, ...trials };
}

/** GaussianHMM, and GMMHMM, which has weights. */
function gaussian(json: HmmlearnJSON, stateCount: number): EmissionJSON {
  const type = json.covariance_type;
  const means = numbers(json, 'means_');
  const covars = numbers(json, 'covars_');
  if (json.weights_ === undefined) {
    const size = means.length / stateCount;
    const own = asOfType(covars, type, stateCount, size);
    return { family: 'gaussian', stateCount, size, covarianceType: type, means, covars: own };
  }
  const weights = numbers(json, 'weights_');
  const size = means.length / weights.length;
  const mixture = { mixtureCount: weights.length / stateCount, weights };
  return { family: 'gaussian-mixture', stateCount, size, covarianceType: type, means, covars, ...mixture };
}

/** The numbers that covariances of this type have: hmmlearn gives matrices for every type, and for spherical ones D of them to a state. */
function asOfType(covars: readonly number[], type: unknown, K: number, D: number): readonly number[] {
  const each = covars.length / K;
  if (type === 'tied') return covars.slice(0, D * D);
  if (type === 'spherical') return covars.filter((_, at) => at % each === 0);
  return type === 'diag' && each === D * D ? covars.filter((_, at) => (at % each) % (D + 1) === 0) : covars;
}

/** A nested list, flat. */
function numbers(json: HmmlearnJSON, name: string): number[] {
  const value = json?.[name];
  const flat = Array.isArray(value) ? value.flat(9) : [];
  if (flat.length > 0 && flat.every((number) => typeof number === 'number')) return flat;
  throw new CheckpointError(where, `\`${name}\` must be a list of numbers, got ${show(value)}`);
}

function parse(text: string): HmmlearnJSON {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(where, 'this is no JSON', { cause });
  }
}
