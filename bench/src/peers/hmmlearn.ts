/** hmmlearn as a peer. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PythonPeer, pythonHas, pythonPeer } from './python.js';

export const hasHmmlearn: boolean = pythonHas('hmmlearn');

/** What hmm-peer.py is to do, with the parameters to start from. */
export interface HmmlearnWork {
  work: 'em' | 'viterbi';
  kind: 'diag' | 'full' | 'categorical';
  states: number;
  width: number;
  length: number;
  [parameter: string]: unknown;
}

/** Starts the work on these rows, which go there by a file, as does what is asked: parameters may be many. */
export async function hmmlearnWork(asked: HmmlearnWork, values: Float64Array): Promise<PythonPeer> {
  const folder = await mkdtemp(join(tmpdir(), 'seqloom-hmm-'));
  const [rows, work] = [join(folder, 'rows.f64'), join(folder, 'work.json')];
  await writeFile(rows, values);
  await writeFile(work, JSON.stringify({ ...asked, file: rows }));
  try {
    return await pythonPeer('hmm-peer.py', { work });
  } finally {
    await rm(folder, { recursive: true });
  }
}
