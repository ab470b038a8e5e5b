/** The tests of this package again, in a page: there `backendsHere()` also has webgl and webgpu. */
declare global {
  interface ImportMeta {
    /** Vite replaces the call by imports. */
    glob(patterns: string[], options: { eager: true }): Record<string, unknown>;
  }
}

import.meta.glob(
  [
    './**/*.test.ts',
    '!./*.browser.test.ts',
    '!./readme.test.ts',
    '!./normalizers/monotonic.test.ts', // its formulas, and these, read tensors synchronously,
    '!./scorers/looking-back.test.ts', // which never ends on webgpu: they run in Node, on cpu and wasm
  ],
  { eager: true },
);

export {};
