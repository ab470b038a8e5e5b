/** The page: packages are read from source, the training worker is an ES module, paths are relative so that any folder can serve it. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { OfflinePage } from './build/offline-page.js';
import { WeighedPage } from './build/weighed-page.js';

const backends = ['cpu', 'wasm', 'webgl', 'webgpu'].map((name) => `@tensorflow/tfjs-backend-${name}`);

/** The page shares memory with nobody: only then may its training worker share memory with threads of its own. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

const weighed = new WeighedPage({ folder: `${import.meta.dirname}/dist`, bound: 500_000 });

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte(), weighed.page(), new OfflinePage(`${import.meta.dirname}/dist`).plugin()],
  resolve: {
    conditions: ['@seqloom/source', 'module', 'browser', 'development|production'],
    dedupe: ['@tensorflow/tfjs-core'],
  },
  optimizeDeps: { include: ['@tensorflow/tfjs-core', ...backends, 'uplot'] },
  worker: { format: 'es', plugins: () => [weighed.worker()] },
  server: { headers },
  preview: { headers },
  build: { target: 'es2023' },
});
