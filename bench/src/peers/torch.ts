/** PyTorch as a peer. */
import { type PythonPeer, pythonHas, pythonPeer } from './python.js';

/** The name of the peer, for cases. */
export const torchPeer = 'PyTorch';

export const hasTorch: boolean = pythonHas('torch');

export interface TorchWork {
  work: 'training' | 'inference' | 'dates' | 'tagger' | 'attention' | 'ctc' | 'transformer';
  threads: number;
  [size: string]: number | string;
}

/** Starts the work of pytorch.py. */
export function torchWork(asked: TorchWork): Promise<PythonPeer> {
  return pythonPeer('pytorch.py', asked, asked);
}
