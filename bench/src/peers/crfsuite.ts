/** CRFsuite in a process of its own, where SEQLOOM_PYTHON names a Python that has python-crfsuite. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Work } from '../compare.js';

export const crfsuitePeer = 'CRFsuite';

export const hasCrfsuite: boolean = Boolean(process.env.SEQLOOM_PYTHON);

/** Files in CRFsuite's text format, and how many iterations of L-BFGS a model for tagging gets. */
export interface CrfsuiteWork {
  work: 'training' | 'tagging' | 'memory';
  train: string;
  test: string;
  iterations: number;
}

/** Starts the work of crfsuite.py. What it says first, and then what it says to each line that it is sent: milliseconds. */
export async function crfsuiteWork(asked: CrfsuiteWork): Promise<{ first: string; theirs: Work; stop(): void }> {
  const script = fileURLToPath(new URL('./crfsuite.py', import.meta.url));
  const child = spawn(process.env.SEQLOOM_PYTHON!, [script, JSON.stringify(asked)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close').then(() => {
    throw new Error(`${process.env.SEQLOOM_PYTHON} ended: does it have python-crfsuite?`);
  });
  ended.catch(() => {}); // an end that nobody waits for is no error
  const nextLine = async () => ((await Promise.race([once(lines, 'line'), ended])) as [string])[0];
  const first = await nextLine();
  const theirs = async () => {
    child.stdin.write('\n');
    return Number(await nextLine());
  };
  return { first, theirs, stop: () => child.stdin.end() };
}
