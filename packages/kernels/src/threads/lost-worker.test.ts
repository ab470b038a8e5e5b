/** Workers that are dead without saying so: nothing hangs. */
import { expect, it, vi } from 'vitest';
import { Arena, floats, loadKernels, sharedMemory, startThreads } from '../index.js';
import { runAll } from './run-all.js';
import { state, type WorkerStart, word } from './worker.js';

/** What the next workers make of their start, instead of running. */
let pretend: (control: Int32Array) => void;
let ended: () => void;
const stop = vi.fn();
vi.mock('./worker.js', async (original) => ({
  ...(await original<typeof import('./worker.js')>()),
  startWorker: ({ control }: WorkerStart, onEnd: () => void) => {
    pretend(new Int32Array(control));
    ended = onEnd;
    const isReady = Atomics.load(new Int32Array(control), word.state) === state.idle;
    return { stop, ready: isReady ? Promise.resolve() : new Promise(() => {}) };
  },
}));

const kernels = await loadKernels(new Arena(sharedMemory()));
const arena = kernels.memory as Arena;
const [row, out] = [arena.allocate(16), arena.allocate(32)];
floats(arena, row, 4).set([1, 2, 3, 4]);
const call = (target: number) => ({ kernel: 'repeatRow' as const, parameters: [row, target, 1, 4] });
const ready = (control: Int32Array) => Atomics.store(control, word.state, state.idle);

it('what a worker has not taken up is done by the caller', async () => {
  pretend = ready;
  expect(await startThreads(kernels, { count: 2 })).toBe(true);
  runAll(kernels, [call(out), call(out + 16)]);
  expect([...floats(arena, out, 8)]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
});

it('a worker that ends while it waits is left out from then on', async () => {
  pretend = ready;
  const onLoss = vi.fn();
  expect(await startThreads(kernels, { count: 2, onLoss })).toBe(true);
  ended();
  expect(onLoss.mock.calls).toEqual([['a worker has ended']]);
  expect(kernels.threads!.count).toBe(1);
  floats(arena, out, 8).fill(0);
  runAll(kernels, [call(out), call(out + 16)]);
  expect([...floats(arena, out, 8)]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
});

/** Makes a call whose worker takes it up, on a clock that runs by the `nap` of each wait. */
async function runTaken(nap: (control: Int32Array, naps: number) => number): Promise<number> {
  let control: Int32Array = new Int32Array(1);
  pretend = (given) => {
    control = given;
    ready(given);
  };
  expect(await startThreads(kernels, { count: 2 })).toBe(true);
  let [now, naps] = [0, 0];
  const mocks = [
    vi.spyOn(Atomics, 'notify').mockImplementation(() => Atomics.exchange(control, word.state, state.running)),
    vi.spyOn(performance, 'now').mockImplementation(() => now),
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      now += nap(control, ++naps);
      return 'timed-out';
    }),
  ];
  try {
    runAll(kernels, [call(out), call(out + 16)]);
  } finally {
    for (const mock of mocks) mock.mockRestore();
  }
  return naps;
}

it('a worker that never comes back from a call is given up after a while', async () => {
  let most = 0;
  const given = runTaken((_, naps) => {
    most = naps;
    return 100;
  });
  await expect(given).rejects.toThrow('a worker has failed');
  expect(most).toBe(100); // ten seconds
  expect(kernels.threads!.count).toBe(1);
  expect(stop).toHaveBeenCalled();
});

it('a process that was paused for an hour does not blame its worker', async () => {
  const naps = await runTaken((control, naps) => {
    if (naps === 2) Atomics.store(control, word.state, state.idle);
    return naps === 1 ? 3_600_000 : 100;
  });
  expect(naps).toBe(2);
  expect(kernels.threads!.count).toBe(2);
});

it('workers that are never ready are no threads', async () => {
  pretend = () => {};
  vi.useFakeTimers();
  const started = startThreads(kernels, { count: 2 });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await started).toBe(false);
  vi.useRealTimers();
  expect(kernels.threads).toBeUndefined();
});
