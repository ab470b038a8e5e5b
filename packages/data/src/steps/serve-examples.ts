/** The worker's side of `fromWorker`: examples made here are used there. */
import { DataError } from '@seqloom/core/errors';
import type { Examples } from '../pipe.js';
import { sentError, type WorkerMessage, type WorkerStart } from './worker-messages.js';

/** Where messages of the starter arrive: a browser's worker itself, in Node its parent's port. */
interface Receiver {
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

/**
 * To be called in a worker's module, before anything is awaited there: makes the examples that `fromWorker` asks for with its `input`, a few
 * ahead of their use. What `transfer` names, such as an example's buffers, is handed over instead of copied.
 */
export function serveExamples<T, Input = undefined>(
  make: (input: Input) => Examples<T>,
  transfer: (example: T) => object[] = () => [],
): void {
  const parent = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort;
  const receiver = (parent ?? globalThis) as unknown as Receiver;
  receiver.addEventListener('message', ({ data }) => {
    const start = data as WorkerStart;
    if (start?.seqloom === 'examples') void serve(start, () => make(start.input as Input), transfer);
  });
}

async function serve<T>(
  { port, ahead }: WorkerStart,
  make: () => Examples<T>,
  transfer: (example: T) => object[],
): Promise<void> {
  const send = (message: WorkerMessage<T>, handedOver: object[] = []) =>
    port.postMessage(message, handedOver as Transferable[]);
  const room = allowance(port, ahead);
  try {
    await room();
    for await (const example of make()) {
      sendExample(example);
      await room();
    }
    send({ done: true });
  } catch (error) {
    send({ error: sentError(error) });
  }

  function sendExample(example: T) {
    const handedOver = transfer(example);
    try {
      send({ example }, handedOver);
    } catch (cause) {
      throw new DataError('serveExamples', `an example cannot be sent: ${(cause as Error).message}`, {
        hint: 'examples are plain data: what structuredClone can copy',
        cause,
      });
    }
  }
}

/** Waits until one more example may be made: each that was taken there makes room for another here. */
function allowance(port: MessagePort, ahead: number): () => Promise<void> {
  let free = ahead;
  let wake = () => {};
  port.onmessage = () => {
    free++;
    wake();
  };
  return async () => {
    while (free === 0) await new Promise<void>((resolve) => (wake = resolve));
    free--;
  };
}
