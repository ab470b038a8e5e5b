/** The speed limit of every product: the innermost loop alone, on panels that stay in the first-level cache. */
import { Arena, loadKernels } from '@seqloom/kernels';

const [rows, columns, depth] = [32, 8, 128];

/** GFLOP/s of the micro-kernel here and now: the best of many short runs. */
export async function microKernelRate(milliseconds = 500): Promise<number> {
  const arena = new Arena();
  const { exports } = await loadKernels(arena);
  const [a, b, c, tile] = [rows * depth, depth * columns, rows * columns, 32].map((length) =>
    arena.allocate(4 * length),
  );
  const many = 500;
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    const start = performance.now();
    for (let i = 0; i < many; i++) exports.packedProduct(a!, b!, c!, columns, false, rows, columns, depth, tile!);
    best = Math.min(best, performance.now() - start);
  }
  return (many * 2 * rows * columns * depth) / best / 1e6;
}
