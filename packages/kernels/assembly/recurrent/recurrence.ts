/**
 * What every recurrent kernel shares. Sequences are [B,T,·], so that one step of a batch is a matrix whose rows are T·(·)
 * floats apart. `previous` [B,T,U] holds the state before each step, which is what the products and the gradients read.
 * A masked step carries the state over and puts out 0.
 */
import { packedProduct } from '../matrix';
import { COLUMNS, packedSizeA, packedSizeB, packLeft, packRight, ROWS } from '../packing';
import { thinProduct } from '../thin';

/** Bytes of one tile, which comes first in every workspace. */
const TILE: usize = <usize>(ROWS * COLUMNS * 4);

/** Bytes that `stepProduct` wants for m rows times a packed [k,n]. */
export function stepWorkspace(m: i32, n: i32, k: i32): usize {
  return TILE + packedSizeA(m, k) + packedSizeB(n, k);
}

/** Packs the recurrent weights [k,n], or [n,k] with `transposed`, once for all steps; few rows use them as they are. */
export function packWeights(weights: usize, stride: i32, transposed: bool, m: i32, n: i32, k: i32, workspace: usize): void {
  if (m >= ROWS) packRight(workspace + TILE, weights, n, k, stride, transposed);
}

/** c [m,n] += x [m,k] · the weights that `packWeights` packed into the same workspace; rows of x and c are strided. */
export function stepProduct(
  x: usize, xStride: i32, weights: usize, stride: i32, transposed: bool, c: usize, cStride: i32,
  m: i32, n: i32, k: i32, workspace: usize,
): void {
  if (m < ROWS) return thinProduct(x, xStride, false, weights, stride, transposed, c, cStride, true, m, n, k);
  const panels = workspace + TILE;
  const left = panels + packedSizeB(n, k);
  packLeft(left, x, m, k, xStride, false);
  packedProduct(left, panels, c, cStride, true, m, n, k, workspace);
}

/** Whether step t of sequence b is real; without a mask every step is. */
@inline
export function isReal(mask: usize, b: i32, t: i32, time: i32): bool {
  return mask == 0 || load<u8>(mask + <usize>(b * time + t)) != 0;
}

/** Where the state before step t of sequence b lies: in `previous` [B,T,U], or past the end in `final` [B,U]. */
@inline
export function stateAt(previous: usize, final: usize, b: i32, t: i32, time: i32, units: i32): usize {
  return t < time ? at(previous, (b * time + t) * units) : at(final, b * units);
}

/** The address of the float with this index. */
@inline
export function at(pointer: usize, index: i32): usize {
  return pointer + (<usize>index << 2);
}

/** Copies `count` floats. */
@inline
export function copy(target: usize, source: usize, count: i32): void {
  memory.copy(target, source, <usize>count << 2);
}

/** Sets `count` floats to 0. */
@inline
export function zero(target: usize, count: i32): void {
  memory.fill(target, 0, <usize>count << 2);
}

/** The initial states [B,U] become the states before step 0. */
export function start(initial: usize, previous: usize, final: usize, batch: i32, time: i32, units: i32): void {
  for (let b = 0; b < batch; b++) copy(stateAt(previous, final, b, 0, time, units), at(initial, b * units), units);
}
