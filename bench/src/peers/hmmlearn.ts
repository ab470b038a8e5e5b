/** hmmlearn in a process of its own, where SEQLOOM_PYTHON names a Python that has it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Work } from '../compare.js';

const python = process.env.SEQLOOM_PYTHON;

export const hasHmmlearn: boolean =
  python !== undefined && spawnSync(python, ['-c', 'import hmmlearn'], { stdio: 'ignore' }).status === 0;

/** What hmm-peer.py is to do, with the parameters to start from. */
export interface HmmlearnWork {
  work: 'em' | 'viterbi';
  kind: 'diag' | 'full' | 'categorical';
  states: number;
  width: number;
  length: number;
  [parameter: string]: unknown;
}

/** Starts the work; every run of it is timed there. */
export async function hmmlearnWork(asked: HmmlearnWork, values: Float64Array): Promise<{ theirs: Work; stop(): void }> {
  const folder = await mkdtemp(join(tmpdir(), 'seqloom-hmm-'));
  const [rows, work] = [join(folder, 'rows.f64'), join(folder, 'work.json')];
  await writeFile(rows, values);
  await writeFile(work, JSON.stringify({ ...asked, file: rows }));
  const script = fileURLToPath(new URL('./hmm-peer.py', import.meta.url));
  const child = spawn(python!, [script, work], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close').then(() => {
    throw new Error(`${python} ended`);
  });
  ended.catch(() => {}); // an end that nobody waits for is no error
  const nextLine = async () => ((await Promise.race([once(lines, 'line'), ended])) as [string])[0];
  await nextLine();
  await rm(folder, { recursive: true });
  const theirs = async () => {
    child.stdin.write('\n');
    return Number(await nextLine());
  };
  return { theirs, stop: () => child.stdin.end() };
}
