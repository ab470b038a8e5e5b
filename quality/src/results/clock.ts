/** How long a row has worked, over all the processes that did: what was done after the last checkpoint of a stopped one is done again, and not counted. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Seconds on the wall, and of all processor cores together. */
export interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export class Clock {
  readonly #file: string;
  readonly #before: Spent;
  readonly #start = performance.now();

  private constructor(file: string, before: Spent) {
    this.#file = file;
    this.#before = before;
  }

  /** Goes on from what was saved in `folder`, which is made when needed. */
  static async start(folder: string): Promise<Clock> {
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'seconds');
    const [seconds = 0, cpuSeconds = 0] = (await readFile(file, 'utf8').catch(() => '')).split(' ').map(Number);
    return new Clock(file, { seconds, cpuSeconds });
  }

  get spent(): Spent {
    const { user, system } = process.cpuUsage();
    return {
      seconds: this.#before.seconds + (performance.now() - this.#start) / 1000,
      cpuSeconds: this.#before.cpuSeconds + (user + system) / 1e6,
    };
  }

  async save(): Promise<void> {
    const { seconds, cpuSeconds } = this.spent;
    await writeFile(this.#file, `${seconds} ${cpuSeconds}`);
  }
}
