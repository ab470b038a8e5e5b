/** Measures ours beside a peer: warmed up, interleaved in one process, medians. */

export interface BenchCase {
  /** What work it is, for instance `matMul`. */
  name: string;
  /** Its size in words, for instance `512×512·512×512ᵀ`. */
  size: string;
  backend: string;
  threads?: number;
  /** Who we are compared with. */
  peer: string;
  /** Floating-point operations of one run, where that is a fair measure. */
  flops?: number;
  /** Builds both sides; each runs the work once. `before` comes ahead of each turn and is not counted; `dispose` frees what they hold. */
  prepare(): Promise<{
    ours: Work;
    theirs?: Work;
    before?(side: Side): Promise<void>;
    dispose?(): void | Promise<void>;
  }>;
}

export type Side = 'ours' | 'theirs';

/** What runs in another process is timed there, and returns its milliseconds. */
export type Work = () => unknown;

export interface BenchResult {
  case: string;
  size: string;
  backend: string;
  threads: number;
  oursMs: number;
  peer: string;
  peerMs: number | null;
  ratio: number | null;
  gflops?: number;
}

const warmUp = 400; // milliseconds, and three runs: until V8 has compiled the kernels for speed

/** Runs one case: both sides in turn, until each has run `rounds` times or `budgetMs` is spent (never fewer than three times). */
export async function measure(bench: BenchCase, rounds = 15, budgetMs = 10_000): Promise<BenchResult> {
  const { ours, theirs, before, dispose } = await bench.prepare();
  try {
    const sides = theirs ? ({ ours, theirs } as const) : ({ ours } as const);
    for (const [side, work] of Object.entries(sides)) {
      await before?.(side as Side);
      const start = performance.now();
      for (let run = 0; run < 3 && performance.now() - start < 5 * warmUp; ) {
        await work();
        if (performance.now() - start > warmUp) run++;
      }
    }
    const times: Record<Side, number[]> = { ours: [], theirs: [] };
    const start = performance.now();
    while (times.ours.length < 3 || (times.ours.length < rounds && performance.now() - start < budgetMs)) {
      for (const [side, work] of Object.entries(sides)) {
        await before?.(side as Side);
        times[side as Side].push(await time(work));
      }
    }
    return result(bench, median(times.ours), theirs ? median(times.theirs) : null);
  } finally {
    await before?.('ours');
    await dispose?.();
  }
}

function result(
  { name, size, backend, threads = 1, peer, flops }: BenchCase,
  oursMs: number,
  peerMs: number | null,
): BenchResult {
  const ratio = peerMs === null ? null : peerMs / oursMs;
  return {
    case: name,
    size,
    backend,
    threads,
    oursMs,
    peer,
    peerMs,
    ratio,
    ...(flops && { gflops: flops / oursMs / 1e6 }),
  };
}

/** Milliseconds of one run; short work is repeated so that the clock's grain does not matter. */
async function time(work: Work): Promise<number> {
  let runs = 0;
  const start = performance.now();
  do {
    const own = await work();
    if (typeof own === 'number') return own;
    runs++;
  } while (performance.now() - start < 10);
  return (performance.now() - start) / runs;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
