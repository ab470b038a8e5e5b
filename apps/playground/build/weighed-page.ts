/** A build fails when the page, before any backend, gets heavier than it may be. Models trained beforehand are fetched one by one, after their experiment and a backend. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Loaded when a backend is chosen, not before. */
const backend = /tfjs-backend-/;

/** Fetched when they are needed, not with the page. */
const later = ['.wasm', '.safetensors'];

/** Bytes of gzip of everything in `folder` but backends and models; throws above `bound`. */
function weighPage({ folder, bound, left }: { folder: string; bound: number; left: ReadonlySet<string> }): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const counted = files.filter(({ name }) => !later.some((ending) => name.endsWith(ending)) && !left.has(name));
  const sizes = counted.map(({ parentPath, name }) => gzipSync(readFileSync(join(parentPath, name))).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= bound) return total;
  const lines = counted.map(({ name }, i) => `  ${kilobytes(sizes[i]!)} ${name}`).sort();
  throw new Error(`The page weighs ${kilobytes(total)}, it may weigh ${kilobytes(bound)}:\n${lines.join('\n')}`);
}

export class WeighedPage {
  readonly #folder: string;
  readonly #bound: number;
  readonly #left = new Set<string>();

  constructor({ folder, bound }: { folder: string; bound: number }) {
    this.#folder = folder;
    this.#bound = bound;
  }

  /** Beside the worker's plugins: learns which of its chunks are backends. */
  worker(): Plugin {
    return {
      name: 'seqloom:backends',
      generateBundle: (_, bundle) => {
        for (const chunk of Object.values(bundle)) {
          const heavy = chunk.type === 'chunk' && chunk.moduleIds.some((id) => backend.test(id)) && !chunk.isEntry;
          if (heavy) this.#left.add(chunk.fileName.replace(/^.*\//, ''));
        }
      },
    };
  }

  page(): Plugin {
    return {
      name: 'seqloom:weight',
      apply: 'build',
      closeBundle: () => {
        const total = weighPage({ folder: this.#folder, bound: this.#bound, left: this.#left });
        console.log(`Before backends, the page weighs ${kilobytes(total)} of gzip.`);
      },
    };
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
