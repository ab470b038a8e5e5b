/** Models of `crf` commands: files that CRFsuite reads and writes too. */
import { readFile } from 'node:fs/promises';
import { CheckpointError } from '@seqloom/core';
import { FeatureCRF, readCrfsuiteModel } from '@seqloom/hmm-crf/feature-crf';
import { userPath } from '../terminal/arguments.js';

export async function loadModel(path: string): Promise<FeatureCRF> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(userPath(path));
  } catch (cause) {
    throw new CheckpointError(path, (cause as Error).message, { cause });
  }
  return new FeatureCRF(readCrfsuiteModel(bytes));
}
