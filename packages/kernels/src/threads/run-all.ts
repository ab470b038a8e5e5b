/** Kernels called in parallel: work that falls into independent parts, one for each thread. */
import type { Kernels } from '../load.js';

/** One call of an exported kernel: pointers, sizes, flags and rates. */
export interface Call {
  readonly kernel: keyof Kernels['exports'];
  readonly parameters: readonly number[];
}

/** Count rows from `start`. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

/** Makes all calls, which must not touch each other's results: one on each thread where there are threads, else in order. */
export function runAll(kernels: Kernels, calls: readonly Call[]): void {
  if (kernels.threads && calls.length > 1) kernels.threads.run(calls);
  else for (const call of calls) invoke(kernels.exports, call);
}

export function invoke(exports: Kernels['exports'], { kernel, parameters }: Call): void {
  (exports[kernel] as (...parameters: readonly number[]) => unknown)(...parameters);
}

/** With less for each, waking a thread that sleeps (40 µs) costs more than it saves. */
const worthAThread = 2e6; // floating-point operations

/**
 * Cuts `count` rows, `work` floating-point operations in all, into at most one range for each thread. Ranges begin at multiples
 * of `step`, the rows that a kernel takes together, and none is shorter: so every row is computed as it would be without threads.
 */
export function ranges(kernels: Kernels, count: number, step: number, work: number): Range[] {
  const steps = Math.floor(count / step);
  const most = Math.min(kernels.threads?.count ?? 1, steps, Math.floor(work / worthAThread));
  if (most < 2) return [{ start: 0, count }];
  return Array.from({ length: most }, (_, i) => {
    const start = step * Math.floor((i * steps) / most);
    const end = i + 1 === most ? count : step * Math.floor(((i + 1) * steps) / most);
    return { start, count: end - start };
  });
}
