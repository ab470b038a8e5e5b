/** Activations of feed-forward networks and their gated kin, forward and backward. All but the sigmoid are x·P(x), so that two functions tell all. */
import { erf4 } from './elementwise/functions';
import { complement4, exp4, fma4, loadLanes, sigmoid4, sigmoidSlope4, storeLanes } from './math';

const RELU: i32 = 0, GELU: i32 = 1, GELU_TANH: i32 = 2, SILU: i32 = 3, SIGMOID: i32 = 4; // 5: the identity
const ROOT: f32 = 1.5957691216057308, CUBE: f32 = 0.044715; // 2·√(2/π)

/** out [n] = f(x). */
export function activate(op: i32, x: usize, out: usize, n: i32): void {
  for (let rest = n; rest > 0; rest -= 4, x += 16, out += 16) storeLanes(out, valueOf(op, loadLanes(x, rest)), rest);
}

/** dX [n] = dY·f'(x). */
export function activateGradient(op: i32, x: usize, dY: usize, dX: usize, n: i32): void {
  for (let rest = n; rest > 0; rest -= 4, x += 16, dY += 16, dX += 16) {
    storeLanes(dX, f32x4.mul(loadLanes(dY, rest), slopeOf(op, loadLanes(x, rest))), rest);
  }
}

/** out [rows,columns] = a·f(b) of x = [a, b] [rows,2·columns]. */
export function gate(op: i32, x: usize, out: usize, rows: i32, columns: i32): void {
  const half = <usize>columns << 2;
  for (let row = 0; row < rows; row++, x += half) {
    for (let rest = columns; rest > 0; rest -= 4) {
      storeLanes(out, f32x4.mul(loadLanes(x, rest), valueOf(op, loadLanes(x + half, rest))), rest);
      const moved = <usize>min(rest, 4) << 2;
      x += moved, out += moved;
    }
  }
}

/** dX [rows,2·columns] of `gate`. */
export function gateGradient(op: i32, x: usize, dY: usize, dX: usize, rows: i32, columns: i32): void {
  const half = <usize>columns << 2;
  for (let row = 0; row < rows; row++, x += half, dX += half) {
    for (let rest = columns; rest > 0; rest -= 4) {
      const given = loadLanes(dY, rest), b = loadLanes(x + half, rest);
      storeLanes(dX, f32x4.mul(given, valueOf(op, b)), rest);
      storeLanes(dX + half, f32x4.mul(f32x4.mul(given, loadLanes(x, rest)), slopeOf(op, b)), rest);
      const moved = <usize>min(rest, 4) << 2;
      x += moved, dX += moved, dY += moved;
    }
  }
}

function valueOf(op: i32, x: v128): v128 {
  if (op == RELU) return f32x4.pmax(x, f32x4.splat(0));
  const part = partOf(op, x);
  return op == SIGMOID ? part : f32x4.mul(x, part);
}

/** P(x): the share of x that passes. */
@inline
function partOf(op: i32, x: v128): v128 {
  if (op == GELU) {
    const inner = erf4(f32x4.mul(x, f32x4.splat(0.7071067811865476)));
    return fma4(inner, f32x4.splat(0.5), f32x4.splat(0.5));
  }
  if (op == GELU_TANH) {
    const inner = fma4(f32x4.mul(x, x), f32x4.splat(CUBE), f32x4.splat(1));
    return sigmoid4(f32x4.mul(f32x4.mul(x, inner), f32x4.splat(ROOT)));
  }
  return op > SIGMOID ? f32x4.splat(1) : sigmoid4(x);
}

function slopeOf(op: i32, x: v128): v128 {
  if (op == RELU) return v128.and(f32x4.splat(1), f32x4.gt(x, f32x4.splat(0)));
  const part = partOf(op, x);
  if (op > SIGMOID) return part;
  if (op == SIGMOID) return sigmoidSlope4(part);
  if (op == GELU) {
    const density = exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
    return fma4(f32x4.mul(x, density), f32x4.splat(0.3989422804014327), part);
  }
  let inner = complement4(part);
  if (op == GELU_TANH) {
    inner = f32x4.mul(inner, f32x4.mul(fma4(f32x4.mul(x, x), f32x4.splat(3 * CUBE), f32x4.splat(1)), f32x4.splat(ROOT)));
  }
  return fma4(f32x4.mul(x, inner), part, part);
}
