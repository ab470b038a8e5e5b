/** One thread beside the caller's: a worker of Node or the browser that waits for calls, with the kernels over the same memory. */
import { isNode } from './shared-memory.js';

/** What caller and worker share: words that say what the worker does now and which call it is given, then the call's parameters. */
export const word = { state: 0, kernel: 1, count: 2 } as const;
const parametersAt = 16; // bytes
const mostParameters = 32;

/** The shared words and, behind them, the parameters. */
export interface Control {
  words: Int32Array<SharedArrayBuffer>;
  parameters: Float64Array<SharedArrayBuffer>;
}

export function newControl(): Control {
  const buffer = new SharedArrayBuffer(parametersAt + 8 * mostParameters);
  return { words: new Int32Array(buffer, 0, 4), parameters: new Float64Array(buffer, parametersAt) };
}

/** The caller turns `idle` into `called`, the worker that into `running` and back into `idle`. */
export const state = { starting: 0, idle: 1, called: 2, running: 3, failed: 4 } as const;

/** What a worker wants to know at its start. */
export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: SharedArrayBuffer;
  /** The names of the exported kernels; calls name them by their place. */
  kernels: readonly string[];
}

export interface Worker {
  /** Resolves when it waits for calls; rejects when it has ended before. */
  ready: Promise<void>;
  stop(): void;
}

/**
 * For a while it looks for the next call without sleeping, since waking a thread takes longer than most kernels run. The source
 * stands in a string, because bundlers and loaders rewrite functions, and a file of its own would need a path.
 */
const source = `
const work = ({ module, memory, control, kernels }, ready) => {
  const words = new Int32Array(control, 0, 4);
  const parameters = new Float64Array(control, ${parametersAt});
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const called = ${state.called};
  const set = (state) => { Atomics.store(words, 0, state); Atomics.notify(words, 0); };
  set(${state.idle});
  ready();
  for (;;) {
    for (let i = 0; i < 20000 && Atomics.load(words, 0) !== called; i++);
    Atomics.wait(words, 0, ${state.idle});
    if (Atomics.compareExchange(words, 0, called, ${state.running}) !== called) continue;
    try {
      exports[kernels[words[${word.kernel}]]](...parameters.subarray(0, words[${word.count}]));
      set(${state.idle});
    } catch (error) {
      set(${state.failed});
    }
  }
};
if (typeof require === 'function') {
  const { parentPort, workerData } = require('node:worker_threads');
  work(workerData, () => parentPort.postMessage('ready'));
} else onmessage = ({ data }) => work(data, () => postMessage('ready'));
`;

/** Starts a worker; `onEnd` is called when it ends by itself. */
export function startWorker(start: WorkerStart, onEnd: () => void): Worker {
  let stop: Worker['stop'] = () => {};
  const ready = new Promise<void>((resolve, reject) => {
    const onEndOrNeverReady = () => {
      reject(new Error('the worker has ended'));
      onEnd();
    };
    stop = (isNode() ? startInNode : startInBrowser)(start, resolve, onEndOrNeverReady);
  });
  ready.catch(() => {}); // whoever waits is told
  return { ready, stop };
}

/** The worker keeps no process alive, and inherits no loaders from it. */
function startInNode(start: WorkerStart, onReady: () => void, onEnd: () => void): Worker['stop'] {
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  const worker = new Worker(source, { eval: true, workerData: start, execArgv: [] });
  worker.once('message', () => {
    worker.unref();
    onReady();
  });
  worker.on('error', onEnd);
  worker.on('exit', onEnd);
  return () => void worker.terminate();
}

/** Where the page's content security policy forbids workers from blobs, the worker ends before it is ready. */
function startInBrowser(start: WorkerStart, onReady: () => void, onEnd: () => void): Worker['stop'] {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = onReady;
  worker.onerror = (event) => {
    event.preventDefault();
    onEnd();
  };
  worker.postMessage(start);
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}
