/** CRFsuite as a peer, by python-crfsuite. */
import { type PythonPeer, pythonHas, pythonPeer } from './python.js';

export const crfsuitePeer = 'CRFsuite';

export const hasCrfsuite: boolean = pythonHas('pycrfsuite');

/** Files in CRFsuite's text format, and how many iterations of L-BFGS a model for tagging gets. */
export interface CrfsuiteWork {
  work: 'training' | 'tagging' | 'memory';
  train: string;
  test: string;
  iterations: number;
}

/** Starts the work of crfsuite.py. */
export function crfsuiteWork(asked: CrfsuiteWork): Promise<PythonPeer> {
  return pythonPeer('crfsuite.py', asked);
}
