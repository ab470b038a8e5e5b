/** The tests of this package again, in a page: there `backendsHere()` also has webgl and webgpu. */
declare global {
  interface ImportMeta {
    /** Vite replaces the call by imports. */
    glob(patterns: string[], options: { eager: true }): Record<string, unknown>;
  }
}

import.meta.glob(['./**/*.test.ts', '!./*.browser.test.ts', '!./readme.test.ts'], { eager: true });

export {};
