/** Examples that a worker makes, so that nobody waits for reading, tokenising or augmenting. */
import { type Dataset, dataset } from '@seqloom/core/dataset';
import { UsageError } from '@seqloom/core/errors';
import { count, knownOptions } from '@seqloom/core/options';
import { receivedError, sentError, type WorkerMessage, type WorkerStart } from './worker-messages.js';

/** A browser's Worker or one of node:worker_threads. */
export interface ExampleWorker {
  postMessage(message: unknown, transfer: never[]): void;
  terminate(): unknown;
}

/** How a worker tells its end: a browser's by events, one of Node by those of its own. */
interface Watched {
  addEventListener?(type: 'error', listener: (event: ErrorEvent) => void): void;
  on?(type: 'error' | 'exit', listener: (value: unknown) => void): void;
}

export interface FromWorkerOptions {
  /** Examples that may be ready before they are used; 2 unless told. */
  ahead?: number;
  /** What the worker's `serveExamples` is given, made anew at each iteration: such as a seed drawn from a stream. */
  input?: () => unknown;
  /** Ends the worker, and the iteration with a UsageError. */
  signal?: AbortSignal;
}

/**
 * What the worker's module gives to `serveExamples`. Each iteration starts a worker and ends it, at the latest when the iteration is left.
 * An error in the worker is thrown where its example would stand; UsageError when the worker ends by itself or `signal` says so.
 */
export function fromWorker<T>(start: () => ExampleWorker, options: FromWorkerOptions = {}): Dataset<T> {
  knownOptions('fromWorker', options, ['ahead', 'input', 'signal']);
  count('fromWorker', 'ahead', options.ahead ?? 2);
  return dataset(() => received<T>(start, options));
}

async function* received<T>(
  start: () => ExampleWorker,
  { ahead = 2, input, signal }: FromWorkerOptions,
): AsyncGenerator<T> {
  const cancelled = () => new UsageError('fromWorker', 'cancelled', { cause: signal?.reason });
  if (signal?.aborted) throw cancelled();
  const given = input?.();
  const worker = start();
  const { port1, port2 } = new MessageChannel();
  const inbox = new Inbox<WorkerMessage<T>>();
  const cancel = () => inbox.fail(cancelled());
  signal?.addEventListener('abort', cancel);
  port1.onmessage = ({ data }: { data: WorkerMessage<T> }) => inbox.put(data);
  watch(worker as Watched, (error) => inbox.fail(error));
  try {
    const message: WorkerStart = { seqloom: 'examples', port: port2, input: given, ahead };
    worker.postMessage(message, [port2] as never[]);
    while (true) {
      const next = await inbox.take();
      if ('done' in next) return;
      if ('error' in next) throw receivedError(next.error);
      port1.postMessage('taken');
      yield next.example;
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    port1.close();
    await worker.terminate();
  }
}

/** Tells `fail` why the worker ended, or could not begin, by itself. */
function watch(worker: Watched, fail: (error: Error) => void): void {
  const failed = (cause: unknown) =>
    fail(new UsageError('fromWorker', `the worker failed: ${sentError(cause).message}`, { cause }));
  worker.addEventListener?.('error', (event) => {
    event.preventDefault();
    failed(event.error ?? new Error(event.message || 'its module cannot be loaded'));
  });
  worker.on?.('error', failed);
  worker.on?.('exit', (code) => fail(new UsageError('fromWorker', `the worker has ended with code ${code}`)));
}

/** Messages in their order, for one who waits for them; a failure comes before all of them. */
class Inbox<T> {
  readonly #waiting: T[] = [];
  #failure: Error | undefined;
  #wake: () => void = () => {};

  put(message: T): void {
    this.#waiting.push(message);
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async take(): Promise<T> {
    while (true) {
      if (this.#failure) throw this.#failure;
      if (this.#waiting.length > 0) return this.#waiting.shift()!;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
