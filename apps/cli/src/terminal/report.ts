/** What a run reached, for people and, with --json, for programs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { userPath } from './arguments.js';

export async function writeReport(file: string | undefined, report: object): Promise<void> {
  if (file === undefined) return;
  const path = userPath(file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
}
