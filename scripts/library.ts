/** The one tsdown configuration that every package shares. */
import type { UserConfig } from 'tsdown';

export function library(entry: string[]): UserConfig {
  return {
    entry,
    platform: 'neutral',
    target: 'es2023',
    dts: { sourcemap: false },
    sourcemap: true,
    fixedExtension: false,
    unbundle: false,
    inputOptions: { resolve: { conditionNames: ['types', 'import', 'default'] } },
  };
}
