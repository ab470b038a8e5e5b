/** What a row came to, and the file that keeps it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Outcome, Row } from './row.js';

export interface Result extends Outcome {
  readonly row: string;
  /** Of the config that it was made with. */
  readonly hash: string;
  readonly seconds: number;
  /** Of all cores together; results of before this was measured have none. */
  readonly cpuSeconds?: number;
  /** The most memory that the process took. */
  readonly megabytes: number;
  readonly date: string;
  readonly machine: string;
  readonly commit: string;
}

/** Names a config: another one has another hash. */
export function hashOf({ config }: Pick<Row, 'config'>): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 12);
}

export async function readResults(file: string): Promise<Result[]> {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : [];
}

/** Puts one result in the place of the row's earlier one; whatever else is in the file stays. */
export async function keepResult(file: string, result: Result): Promise<Result[]> {
  const others = (await readResults(file)).filter(({ row }) => row !== result.row);
  const all = [...others, result];
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.draft`, `${JSON.stringify(all, null, 2)}\n`);
  await rename(`${file}.draft`, file);
  return all;
}

/** The result of the row as it is now configured, if there is one. */
export function resultOf(row: Row, results: readonly Result[]): Result | undefined {
  return results.find((result) => result.row === row.name && result.hash === hashOf(row));
}
