/** HMMs in files: JSON with a version, checked when it is read. */
import { CheckpointError, show } from '@seqloom/core/errors';
import type { EmissionJSON } from './emissions/emission.js';
import { readEmission } from './emissions/read-emission.js';
import { HMM, type HMMOptions, type HMMPart } from './hmm.js';

/** The file: everything that learning and inference need. */
export interface HMMJSON {
  readonly format: 'seqloom.hmm';
  /** Since 2 rows of transitions may be tied, and every emission keeps the point that its sums are taken about. */
  readonly version: 1 | 2;
  readonly startProb: readonly number[];
  /** [K·K], row-major. */
  readonly transMat: readonly number[];
  readonly startPrior: readonly number[];
  readonly transPrior: readonly number[];
  readonly frozen: readonly HMMPart[];
  /** [K] */
  readonly tiedRows?: readonly number[];
  readonly emission: EmissionJSON;
}

const where = 'readHMM';

/** The model that `toJSON` wrote, from its JSON or the text of it. Throws a CheckpointError where it is none. */
export function readHMM(file: string | HMMJSON): HMM {
  const json = typeof file === 'string' ? parse(file) : file;
  if (json?.format !== 'seqloom.hmm')
    throw new CheckpointError(where, `this is no HMM file: \`format\` is ${show(json?.format)}`);
  if (json.version !== 1 && json.version !== 2)
    throw new CheckpointError(where, `version ${show(json.version)} is not known here`, {
      hint: 'it was written by a newer release: update @seqloom/hmm-crf',
    });
  const { startProb, transMat, startPrior, transPrior, frozen, tiedRows } = json;
  for (const [name, numbers] of Object.entries({ startProb, transMat, startPrior, transPrior, frozen }))
    if (!Array.isArray(numbers)) throw new CheckpointError(where, `\`${name}\` must be a list, got ${show(numbers)}`);
  const chain = { startProb, transMat, startPrior, transPrior, frozen, ...(tiedRows !== undefined && { tiedRows }) };
  return madeOf(where, { ...chain, emission: readEmission(json.emission) });
}

/** The same, with what does not fit together as a CheckpointError. */
export function madeOf(at: string, options: HMMOptions): HMM {
  try {
    return new HMM(options);
  } catch (error) {
    throw new CheckpointError(at, `the model is not as it should be: ${(error as Error).message}`, { cause: error });
  }
}

function parse(text: string): HMMJSON {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(where, 'this is no JSON', { cause });
  }
}
