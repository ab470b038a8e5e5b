/** The worker's bench in Node: the page's own modules, loaded by Vite as the page loads them. */
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import type { Command, Report } from '../src/worker/protocol.js';

const root = fileURLToPath(new URL('..', import.meta.url));

const server = await createServer({
  root,
  server: { middlewareMode: true, ws: false },
  appType: 'custom',
  logLevel: 'error',
  ssr: { noExternal: [/^@seqloom\//], resolve: { conditions: ['@seqloom/source'] } },
});

const { Bench } = await load<typeof import('../src/worker/bench.js')>('/src/worker/bench.ts');
export const { composed, experiments } =
  await load<typeof import('../src/worker/catalog.js')>('/src/worker/catalog.ts');

/** A bench that throws what went wrong, and what it reported so far. */
export class Workbench {
  readonly reports: Report[] = [];
  readonly #bench = new Bench((report) => this.reports.push(report));

  async obey(...commands: Command[]): Promise<void> {
    for (const command of commands) await this.#bench.obey(command);
    this.#check();
  }

  /** One step of a training that was begun. */
  async step(): Promise<void> {
    await this.#bench.step();
    this.#check();
  }

  /** What was last reported of this type. */
  last<T extends Report['type']>(type: T): Extract<Report, { type: T }> | undefined {
    return this.reports.findLast((report): report is Extract<Report, { type: T }> => report.type === type);
  }

  #check(): void {
    const failed = this.last('failed');
    if (failed) throw new Error(failed.failure.message);
  }
}

/** Ends what keeps the process alive. */
export function close(): Promise<void> {
  return server.close();
}

async function load<T>(path: string): Promise<T> {
  return (await server.ssrLoadModule(path)) as T;
}
