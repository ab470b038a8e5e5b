/** Three kinds of tests: `node` (most), `browser` (the same libraries in a real Chromium), `e2e` (an app, driven from outside). */
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserArgs, browserLaunch } from './scripts/browser.mjs';

const source = '@seqloom/source';
const browserTests = '**/*.browser.test.ts';
const e2eTests = '**/*.e2e.test.ts';

/** Packages are read from source, tfjs from where Node finds it, so that there is one tfjs engine. */
const node = {
  resolve: { conditions: [source, 'module', 'node', 'development'] },
  ssr: { resolve: { conditions: [source, 'module', 'node', 'development'], externalConditions: [source, 'node'] } },
};

/** A microphone that beeps, and nobody to ask whether the page may listen or play. */
const fakeMicrophone = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** Looked up only when a browser is launched: the other tests need none. */
const launchOptions = {
  args: [...browserArgs, ...fakeMicrophone],
  get executablePath() {
    return browserLaunch().executablePath;
  },
  get env() {
    return browserLaunch().env;
  },
};

/** Pages that may share memory between threads. */
const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  test: {
    projects: [
      {
        ...node,
        test: {
          name: 'node',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/**/*.test.ts',
            'bench/**/*.test.ts',
            'quality/**/*.test.ts',
            'scripts/*.test.ts',
          ],
          exclude: ['**/node_modules/**', browserTests, e2eTests],
          testTimeout: 60_000,
        },
      },
      {
        ...node,
        test: {
          name: 'e2e',
          include: [e2eTests],
          exclude: ['**/node_modules/**'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        resolve: { conditions: [source, 'module', 'browser', 'development'] },
        server: { headers: isolated },
        test: {
          name: 'browser',
          include: [browserTests],
          exclude: ['**/node_modules/**'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
