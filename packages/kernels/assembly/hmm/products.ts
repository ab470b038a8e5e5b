/** Messages of one or four lanes times a matrix. */
import { bytes } from '../chain/rows';

/** sums [P/2] blocks of (four lanes × a pair) = panel [K,4]ᵀ · weights [K,P]. */
export function products(panel: usize, weights: usize, sums: usize, K: i32, P: i32): void {
  const line = bytes<f64>(P);
  const end = panel + (<usize>K << 5);
  let column = 0;
  for (; column + 4 <= P; column += 4, weights += 32, sums += 128) {
    let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let x = panel, w = weights;
    do {
      const left = v128.load(w), right = v128.load(w, 16);
      let lane = v128.load_splat<f64>(x);
      a0 = f64x2.add(f64x2.mul(lane, left), a0);
      b0 = f64x2.add(f64x2.mul(lane, right), b0);
      lane = v128.load_splat<f64>(x, 8);
      a1 = f64x2.add(f64x2.mul(lane, left), a1);
      b1 = f64x2.add(f64x2.mul(lane, right), b1);
      lane = v128.load_splat<f64>(x, 16);
      a2 = f64x2.add(f64x2.mul(lane, left), a2);
      b2 = f64x2.add(f64x2.mul(lane, right), b2);
      lane = v128.load_splat<f64>(x, 24);
      a3 = f64x2.add(f64x2.mul(lane, left), a3);
      b3 = f64x2.add(f64x2.mul(lane, right), b3);
      x += 32, w += line;
    } while (x < end);
    storeBlock(sums, a0, a1, a2, a3);
    storeBlock(sums + 64, b0, b1, b2, b3);
  }
  if (column == P) return;
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let x = panel;
  do {
    const left = v128.load(weights);
    a0 = f64x2.add(f64x2.mul(v128.load_splat<f64>(x), left), a0);
    a1 = f64x2.add(f64x2.mul(v128.load_splat<f64>(x, 8), left), a1);
    a2 = f64x2.add(f64x2.mul(v128.load_splat<f64>(x, 16), left), a2);
    a3 = f64x2.add(f64x2.mul(v128.load_splat<f64>(x, 24), left), a3);
    x += 32, weights += line;
  } while (x < end);
  storeBlock(sums, a0, a1, a2, a3);
}

/** The same with max for Σ and + for ·. */
export function maxima(panel: usize, weights: usize, tops: usize, K: i32, P: i32): void {
  const line = bytes<f64>(P);
  const end = panel + (<usize>K << 5);
  let column = 0;
  for (; column + 4 <= P; column += 4, weights += 32, tops += 128) {
    let a0 = f64x2.splat(-Infinity), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let x = panel, w = weights;
    do {
      const left = v128.load(w), right = v128.load(w, 16);
      let lane = v128.load_splat<f64>(x);
      a0 = f64x2.pmax(a0, f64x2.add(lane, left));
      b0 = f64x2.pmax(b0, f64x2.add(lane, right));
      lane = v128.load_splat<f64>(x, 8);
      a1 = f64x2.pmax(a1, f64x2.add(lane, left));
      b1 = f64x2.pmax(b1, f64x2.add(lane, right));
      lane = v128.load_splat<f64>(x, 16);
      a2 = f64x2.pmax(a2, f64x2.add(lane, left));
      b2 = f64x2.pmax(b2, f64x2.add(lane, right));
      lane = v128.load_splat<f64>(x, 24);
      a3 = f64x2.pmax(a3, f64x2.add(lane, left));
      b3 = f64x2.pmax(b3, f64x2.add(lane, right));
      x += 32, w += line;
    } while (x < end);
    storeBlock(tops, a0, a1, a2, a3);
    storeBlock(tops + 64, b0, b1, b2, b3);
  }
  if (column == P) return;
  let a0 = f64x2.splat(-Infinity), a1 = a0, a2 = a0, a3 = a0;
  let x = panel;
  do {
    const left = v128.load(weights);
    a0 = f64x2.pmax(a0, f64x2.add(v128.load_splat<f64>(x), left));
    a1 = f64x2.pmax(a1, f64x2.add(v128.load_splat<f64>(x, 8), left));
    a2 = f64x2.pmax(a2, f64x2.add(v128.load_splat<f64>(x, 16), left));
    a3 = f64x2.pmax(a3, f64x2.add(v128.load_splat<f64>(x, 24), left));
    x += 32, weights += line;
  } while (x < end);
  storeBlock(tops, a0, a1, a2, a3);
}

@inline
export function storeBlock(block: usize, lane0: v128, lane1: v128, lane2: v128, lane3: v128): void {
  v128.store(block, lane0);
  v128.store(block, lane1, 16);
  v128.store(block, lane2, 32);
  v128.store(block, lane3, 48);
}

/** Two rows of a panel from the pairs of the four lanes. */
@inline
export function storePanel(panel: usize, lane0: v128, lane1: v128, lane2: v128, lane3: v128): void {
  v128.store(panel, v128.shuffle<f64>(lane0, lane1, 0, 2));
  v128.store(panel, v128.shuffle<f64>(lane2, lane3, 0, 2), 16);
  v128.store(panel, v128.shuffle<f64>(lane0, lane1, 1, 3), 32);
  v128.store(panel, v128.shuffle<f64>(lane2, lane3, 1, 3), 48);
}

/** The sums of two pairs. */
@inline
export function totals(left: v128, right: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(left, right, 0, 2), v128.shuffle<f64>(left, right, 1, 3));
}

/**
 * x, or 0 below 1e-150. Products of two such numbers are no subnormal ones, with which processors compute a hundred times slower; what is lost
 * by that is checked: see TRUSTED in forward.ts and backward.ts.
 */
@inline
export function faded(x: v128): v128 {
  return v128.andnot(x, f64x2.lt(x, f64x2.splat(1e-150)));
}
