/** Threads that share the kernels' memory: the caller and its workers each make one of several calls, then go on together. */
import type { Kernels } from '../load.js';
import { type Call, invoke } from './run-all.js';
import { isShared } from './shared-memory.js';
import { type Control, newControl, startWorker, state, type Worker, word } from './worker.js';

export interface ThreadOptions {
  /** How many threads shall work, the caller's among them. */
  count: number;
  /** Called once if a worker ends by itself; the work goes on with the threads that are left. */
  onLoss?: (problem: string) => void;
}

/** Starts `count − 1` workers over the kernels' memory, which must be shared; true when all are ready, false (and none) if one fails to start. */
export async function startThreads(kernels: Kernels, { count, onLoss }: ThreadOptions): Promise<boolean> {
  stopThreads(kernels);
  if (count < 2) return true;
  if (!isShared(kernels.memory.memory)) return false;
  const threads = new Threads(kernels, onLoss);
  const ready = await threads.start(count - 1);
  if (ready) kernels.threads = threads;
  else threads.stop();
  return ready;
}

/** Stops the workers; the caller's thread does everything again. */
export function stopThreads(kernels: Kernels): void {
  kernels.threads?.stop();
  kernels.threads = undefined;
}

interface Helper extends Worker {
  control: Control;
}

const startWithin = 10_000; // milliseconds

/** A worker that has taken up a call gets this many milliseconds, and twenty times what the caller's share took. */
const patience = 10_000;

/** Milliseconds of a nap between two looks. A longer one was a pause of the whole process, worker included: it counts as two. */
const nap = 100;

/** How often to look again before going to sleep: about 20 µs. */
const looks = 5_000;

export class Threads {
  readonly #kernels: Kernels;
  readonly #names: string[];
  #onLoss: ThreadOptions['onLoss'];
  #workers: Helper[] = [];

  constructor(kernels: Kernels, onLoss: ThreadOptions['onLoss']) {
    this.#kernels = kernels;
    this.#names = Object.keys(kernels.exports);
    this.#onLoss = onLoss;
  }

  /** How many threads work, the caller's among them. */
  get count(): number {
    return 1 + this.#workers.length;
  }

  /** Starts so many workers; false if one is not ready in time. */
  async start(count: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      for (let i = 0; i < count; i++) this.#add();
      const late = new Promise((_, reject) => {
        timer = setTimeout(reject, startWithin);
      });
      await Promise.race([Promise.all(this.#workers.map(({ ready }) => ready)), late]);
      return true;
    } catch {
      return false; // the environment forbids workers
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    for (const { stop } of this.#workers.splice(0)) stop();
  }

  /** Makes every call, the first here and the others in the workers; returns when all are done. */
  run(calls: readonly Call[]): void {
    const workers = this.#workers.slice(0, calls.length - 1);
    const given = workers.map((worker, i) => ({ worker, call: calls[i + 1]! }));
    for (const { worker, call } of given) this.#give(worker, call);
    const start = performance.now();
    const errors: unknown[] = [];
    const attempt = (call: Call) => {
      try {
        invoke(this.#kernels.exports, call);
      } catch (error) {
        errors.push(error); // thrown when the others are done: until then they write into the memory
      }
    };
    attempt(calls[0]!);
    for (const call of calls.slice(1 + workers.length)) attempt(call);
    const limit = patience + 20 * (performance.now() - start);
    for (const { worker, call } of given) {
      const end = this.#join(worker, limit);
      if (end === 'notTaken') attempt(call);
      if (end !== 'failed') continue;
      this.#lose(worker, `a worker has failed in ${call.kernel}`);
      errors.push(new Error(`${call.kernel}: a worker has failed, its part of the result is lost`));
    }
    if (errors.length > 0) throw errors[0];
  }

  #add(): void {
    const control = newControl();
    const { memory, module } = this.#kernels;
    const start = { module, memory: memory.memory, control: control.words.buffer, kernels: this.#names };
    const worker = startWorker(start, () => this.#lose(helper, 'a worker has ended'));
    const helper = { control, ...worker };
    this.#workers.push(helper);
  }

  #give({ control }: Helper, { kernel, parameters }: Call): void {
    control.words[word.kernel] = this.#names.indexOf(kernel);
    control.words[word.count] = parameters.length;
    control.parameters.set(parameters);
    Atomics.store(control.words, word.state, state.called);
    Atomics.notify(control.words, word.state);
  }

  /** Waits for a worker. A call that it has not even taken up, perhaps because it is dead, is taken back. */
  #join({ control: { words } }: Helper, limit: number): 'done' | 'failed' | 'notTaken' {
    const before = Atomics.compareExchange(words, word.state, state.called, state.idle);
    if (before === state.called) return 'notTaken';
    for (let look = 0; look < looks && Atomics.load(words, word.state) === state.running; look++);
    let left = limit;
    for (let last = performance.now(); Atomics.load(words, word.state) === state.running && left > 0; ) {
      if (mayWait) Atomics.wait(words, word.state, state.running, nap);
      const now = performance.now();
      left -= Math.min(now - last, 2 * nap);
      last = now;
    }
    return Atomics.load(words, word.state) === state.idle ? 'done' : 'failed';
  }

  #lose(worker: Helper, problem: string): void {
    const place = this.#workers.indexOf(worker);
    if (place < 0) return; // stopped on purpose, or lost before
    this.#workers.splice(place, 1);
    worker.stop();
    this.#onLoss?.(problem);
    this.#onLoss = undefined;
  }
}

/** The main thread of a page must not sleep; it looks again and again, for the little that a worker's share is longer than its own. */
const mayWait: boolean = typeof document === 'undefined';
