/** The page's end of one training worker: sends commands, hands on reports, and notices when the worker dies. */
import type { Command, Report } from './protocol.js';

export class Connection {
  readonly #worker: Worker;
  #closed = false;

  constructor(onReport: (report: Report) => void, onDeath: (reason: string) => void) {
    const die = (reason: string) => {
      if (this.#closed) return;
      this.close();
      onDeath(reason);
    };
    const life = `seqloom-worker-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    this.#worker = new Worker(new URL('./training.worker.ts', import.meta.url), { type: 'module', name: life });
    this.#worker.onerror = (event) => {
      event.preventDefault();
      die(event.message?.replace(/^Uncaught (\w*Error: )?/, '') || 'it could not be loaded');
    };
    this.#worker.onmessageerror = () => die('a message could not be read');
    this.#worker.onmessage = ({ data }: MessageEvent<Report | 'alive'>) => {
      if (this.#closed) return;
      if (data !== 'alive') onReport(data);
      else mourn(life, () => die('the browser ended it, often for want of memory'));
    };
  }

  send(command: Command, transfer: Transferable[] = []): void {
    if (!this.#closed) this.#worker.postMessage(command, transfer);
  }

  close(): void {
    this.#closed = true;
    this.#worker.terminate();
  }
}

/**
 * No event tells that a worker was ended from outside. So each holds a lock as long as it lives, named like itself,
 * and whoever is granted that lock knows. (Only where the page's origin is secure; elsewhere errors alone are noticed.)
 */
function mourn(life: string, onEnd: () => void): void {
  navigator.locks?.request(life, onEnd).catch(() => {});
}
