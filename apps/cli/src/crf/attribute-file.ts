/** Data of `crf` commands: files in CRFsuite's text format, plain or gzip, or what comes on a pipe. */
import type { DataError } from '@seqloom/core';
import { textChunks } from '@seqloom/data';
import { textFile } from '@seqloom/data/node';
import { type AttributeSequence, readAttributes } from '@seqloom/hmm-crf/feature-crf';
import { userPath } from '../terminal/arguments.js';

export interface DataChoices {
  /** Leaves sequences out that cannot be read, instead of stopping at the first. */
  skip?: boolean;
}

/** The sequences of a file, or of standard input for `-`; says at the end how many were left out. */
export async function* attributeFile(
  path: string,
  { skip = false }: DataChoices,
): AsyncGenerator<AttributeSequence, void, void> {
  let broken = 0;
  const onBad = (problem: DataError) => {
    if (broken++ === 0) console.error(problem.message);
  };
  const chunks = textChunks(path === '-' ? process.stdin : textFile(userPath(path)));
  yield* readAttributes(chunks, skip ? { onBad } : {});
  if (broken > 0) console.error(`${path}: left out ${broken} sequences that cannot be read; the first is told above`);
}
