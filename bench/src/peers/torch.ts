/** PyTorch in a process of its own, where SEQLOOM_PYTHON names a Python that has it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Work } from '../compare.js';

/** The name of the peer, for cases. */
export const torchPeer = 'PyTorch';

export const hasTorch: boolean = Boolean(process.env.SEQLOOM_PYTHON);

export interface TorchWork {
  work: 'training' | 'inference' | 'dates' | 'tagger' | 'attention' | 'ctc' | 'transformer';
  threads: number;
  [size: string]: number | string;
}

/** Starts the work of pytorch.py; every run of it is timed there, without the way to it. */
export async function torchWork(asked: TorchWork): Promise<{ theirs: Work; stop(): void }> {
  const script = fileURLToPath(new URL('./pytorch.py', import.meta.url));
  const child = spawn(process.env.SEQLOOM_PYTHON!, [script, JSON.stringify(asked)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(asked.threads) },
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close').then(() => {
    throw new Error(`${process.env.SEQLOOM_PYTHON} ended: does it have PyTorch?`);
  });
  ended.catch(() => {}); // an end that nobody waits for is no error
  const nextLine = async () => ((await Promise.race([once(lines, 'line'), ended])) as [string])[0];
  await nextLine();
  const theirs = async () => {
    child.stdin.write('\n');
    return Number(await nextLine());
  };
  return { theirs, stop: () => child.stdin.end() };
}
