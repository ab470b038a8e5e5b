/** Once loaded, the page works without a network: a service worker keeps every file of the build. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

const script = 'offline.js';

export class OfflinePage {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  plugin(): Plugin {
    return {
      name: 'seqloom:offline',
      apply: 'build',
      closeBundle: () => {
        const entries = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
        const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
        const kept = paths.filter((path) => !path.endsWith(script)).sort();
        const digest = createHash('sha256');
        for (const path of kept) digest.update(readFileSync(path));
        const files = kept.map((path) => relative(this.#folder, path).split(sep).join('/'));
        writeFileSync(join(this.#folder, script), serviceWorker(digest.digest('hex').slice(0, 16), files));
      },
    };
  }
}

/** Files carry their content's hash in their names, so what is kept is right for ever; the page itself comes from the network where there is one. */
function serviceWorker(version: string, files: readonly string[]): string {
  return `const cache = 'seqloom-${version}';
const files = ${JSON.stringify(['./', ...files])};
self.addEventListener('install', (event) => event.waitUntil(caches.open(cache).then((open) => open.addAll(files))));
self.addEventListener('activate', (event) => event.waitUntil(tidy()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  event.respondWith(request.mode === 'navigate' ? fetch(request).catch(() => kept(request)) : kept(request));
});
async function tidy() {
  for (const name of await caches.keys()) if (name.startsWith('seqloom-') && name !== cache) await caches.delete(name);
  await self.clients.claim();
}
async function kept(request) {
  const found = await caches.match(request, { ignoreSearch: request.mode === 'navigate' });
  return found ?? fetch(request);
}
`;
}
