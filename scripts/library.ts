/** The one tsdown configuration that every package shares: `dist` mirrors `src`, file by file, and bundles no dependency. */
import type { UserConfig } from 'tsdown';

export function library(entry: string[]): UserConfig {
  return {
    entry,
    platform: 'neutral',
    target: 'es2023',
    dts: { sourcemap: false },
    sourcemap: true,
    fixedExtension: false,
    unbundle: true,
    report: false,
    failOnWarn: true,
    deps: { neverBundle: [/^node:/], skipNodeModulesBundle: true },
    inputOptions: { resolve: { conditionNames: ['types', 'import', 'default'] } },
  };
}
