/** Data of `crf` commands: files in CRFsuite's text format, or what comes on a pipe. */
import { createReadStream } from 'node:fs';
import { DataError } from '@seqloom/core';
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
  const onBroken = (problem: DataError) => {
    if (broken++ === 0) console.error(problem.message);
  };
  yield* readAttributes(chunks(path), skip ? { onBroken } : {});
  if (broken > 0) console.error(`${path}: left out ${broken} sequences that cannot be read; the first is told above`);
}

/** The text of a file, strictly UTF-8. */
async function* chunks(path: string): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const bytes: AsyncIterable<Uint8Array> = path === '-' ? process.stdin : createReadStream(userPath(path));
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    const problem = cause instanceof TypeError ? 'the text is not UTF-8' : (cause as Error).message;
    throw new DataError(path, problem, { cause });
  }
}
