/** Long learning that leaves a page alive, tells how far it is, and can be stopped. */
import { UsageError } from '@seqloom/core/errors';

export interface Watching {
  /** Ends the learning with a UsageError. */
  signal?: AbortSignal;
  /** Is told now and then how much is done, from 0 to 1. */
  onProgress?: (done: number) => void;
}

const milliseconds = 25;

/** A function to be awaited again and again with the part that is done: pauses when it is time to, and throws a UsageError once the signal is given. */
export function pauses(where: string, { signal, onProgress }: Watching): (done: number) => Promise<void> | undefined {
  const check = () => {
    if (signal?.aborted) throw new UsageError(where, 'stopped by its signal', { cause: signal.reason });
  };
  let last = performance.now();
  check();
  return (done) => {
    if (done < 1 && performance.now() - last < milliseconds) return;
    onProgress?.(Math.min(1, Math.max(0, done)));
    return new Promise((goOn) => setTimeout(goOn)).then(() => {
      last = performance.now();
      check();
    });
  };
}
