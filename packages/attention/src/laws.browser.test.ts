/** The tests of this package again, in a page: the laws on wasm, and on webgl and webgpu that each part gives what it gives on cpu. */
declare global {
  interface ImportMeta {
    /** Vite replaces the call by imports. */
    glob(patterns: string[], options: { eager: true }): Record<string, unknown>;
  }
}

import.meta.glob(['./**/*.test.ts', '!./*.browser.test.ts', '!./readme.test.ts', '!./scorers/general.test.ts'], {
  eager: true,
});

export {};
