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
  /** Builds both sides; each runs the work once. `before` comes ahead of each measurement and is not counted; `dispose` frees what they hold. */
  prepare(): Promise<{
    ours: Work;
    theirs?: Work;
    before?(side: Side): Promise<void>;
    dispose?(): void | Promise<void>;
  }>;
}

export type Side = 'ours' | 'theirs';

export type Work = () => void | Promise<void>;

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

/** Runs one case: both sides in turn, until each has run `rounds` times or `budgetMs` is spent (never fewer than three times). */
export async function measure(bench: BenchCase, rounds = 15, budgetMs = 20_000): Promise<BenchResult> {
  const { ours, theirs, before, dispose } = await bench.prepare();
  try {
    await ours();
    await theirs?.();
    const mine: number[] = [];
    const peers: number[] = [];
    const start = performance.now();
    while (mine.length < 3 || (mine.length < rounds && performance.now() - start < budgetMs)) {
      await before?.('ours');
      mine.push(await time(ours));
      await before?.('theirs');
      if (theirs) peers.push(await time(theirs));
    }
    return result(bench, median(mine), theirs ? median(peers) : null);
  } finally {
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
    await work();
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
