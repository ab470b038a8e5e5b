/** Peers in Python, each in a process of its own, where SEQLOOM_PYTHON names a Python that has them. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Work } from '../compare.js';

const python = process.env.SEQLOOM_PYTHON;

/** Whether that Python has all of these modules. */
export function pythonHas(...modules: string[]): boolean {
  if (python === undefined) return false;
  const find = `from importlib.util import find_spec; exit(not all(map(find_spec, ${JSON.stringify(modules)})))`;
  return spawnSync(python, ['-c', find], { stdio: 'ignore' }).status === 0;
}

export interface PythonPeer {
  /** What it said when it was ready. */
  first: string;
  /** One run, whose milliseconds are taken there, without the way to it. */
  theirs: Work;
  stop(): void;
}

/** Starts a script of this folder: it gets `asked` as JSON, says a line when it is ready, and then the milliseconds of one run for every line that it reads. */
export async function pythonPeer(name: string, asked: object, { threads = 1 } = {}): Promise<PythonPeer> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(python!, [script, JSON.stringify(asked)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'close').then(() => {
    throw new Error(`${python} ended in ${name}: does it have what the script imports?`);
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
