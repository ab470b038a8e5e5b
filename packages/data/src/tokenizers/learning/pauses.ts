/** Long learning that leaves a page alive, tells how far it is, and can be stopped. */
import { UsageError } from '@seqloom/core/errors';
import { Pause } from '@seqloom/core/pause';

export interface Watching {
  /** Ends the learning with a UsageError. */
  signal?: AbortSignal;
  /** Is told now and then how much is done, from 0 to 1. */
  onProgress?: (done: number) => void;
}

/** A function to be awaited again and again with the part that is done: pauses when it is time to, and throws a UsageError once the signal is given. */
export function pauses(where: string, { signal, onProgress }: Watching): (done: number) => Promise<void> | undefined {
  const check = () => {
    if (signal?.aborted) throw new UsageError(where, 'stopped by its signal', { cause: signal.reason });
  };
  const pause = new Pause();
  check();
  return (done) => {
    if (done < 1 && !pause.isDue()) return;
    onProgress?.(Math.min(1, Math.max(0, done)));
    return pause.take().then(check);
  };
}
