/** Inference in the middle of training. */
import type { Module } from '@seqloom/core';

/** Runs `f` with `module` and all below it in evaluation mode, and puts every mode back as it was; `f` must not be asynchronous. */
export function evaluating<T>(module: Module, f: () => T): T {
  if (!module.training) return f();
  const modes = [...module.namedModules()].map(([, part]) => [part, part.training] as const);
  module.train(false);
  try {
    return f();
  } finally {
    for (const [part, mode] of modes) part.train(mode); // parents come first, so that each part's own mode is set last
  }
}
