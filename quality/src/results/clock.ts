/** How long a row has worked, over all the processes that did: what was done after the last checkpoint of a stopped one is done again, and not counted. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export class Clock {
  readonly #file: string;
  readonly #before: number;
  readonly #start = performance.now();

  private constructor(file: string, before: number) {
    this.#file = file;
    this.#before = before;
  }

  /** Goes on from what was saved in `folder`, which is made when needed. */
  static async start(folder: string): Promise<Clock> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'seconds');
    const saved = Number(await readFile(file, 'utf8').catch(() => '0'));
    return new Clock(file, Number.isFinite(saved) ? saved : 0);
  }

  get seconds(): number {
    return this.#before + (performance.now() - this.#start) / 1000;
  }

  save(): Promise<void> {
    return writeFile(this.#file, String(this.seconds));
  }
}
