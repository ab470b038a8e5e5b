/** A faster tfjs for any program: our kernels in the place of its slow ones. */
import * as tf from '@tensorflow/tfjs-core';
import type { FusedBackend } from './fused.js';
import { registerGradients } from './gradients.js';
import { installKernels } from './install-kernels.js';

/** What `accelerate` did to a backend. */
export interface Acceleration {
  backend: FusedBackend;
  /** The names of tfjs' kernels that are replaced. */
  kernels: string[];
  /** Why none are. */
  reason?: string;
}

/**
 * Replaces the slow kernels of every started cpu and wasm backend by ours, for all tfjs code in the process: same results, to
 * rounding. `useBackend` has done it for the backends that it started. Calling it again does nothing more; webgl and webgpu stay as they are.
 */
export async function accelerate(): Promise<Acceleration[]> {
  await tf.ready();
  registerGradients();
  const done: Acceleration[] = [];
  for (const backend of ['cpu', 'wasm'] as const) {
    if (backend in tf.engine().registry)
      done.push({ backend, ...(await installKernels(backend, tf.engine().registry[backend]!)) });
  }
  return done;
}
