/** A law that fails says its name and the backend it failed on. */
import * as tf from '@tensorflow/tfjs-core';

/** A broken law: `law "…" is broken on wasm: …`. */
export class LawError extends Error {
  override name = 'LawError';
}

/** Runs `check`, and names the law and the backend in whatever it throws. */
export async function law(name: string, check: () => Promise<void> | void): Promise<void> {
  try {
    await check();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LawError(`law "${name}" is broken on ${tf.getBackend()}: ${reason}`, { cause });
  }
}

/** Throws unless `condition` holds. */
export function demand(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new LawError(problem);
}
