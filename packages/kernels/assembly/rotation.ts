/** Pairs of features turned by angles that grow from step to step. arXiv:2104.09864 */
import { fma4, loadLanes, storeLanes } from './math';

/**
 * out [rows,heads·2·pairs] = x with every pair of each head turned: feature i with i + pairs where `half`, else 2i with 2i + 1. Row r takes the cos and
 * sin of step r mod `steps` from waves [2,steps,pairs]; `way` is 1, or −1 for the gradient.
 */
export function turnPairs(
  x: usize, waves: usize, out: usize, rows: i32, steps: i32, heads: i32, pairs: i32, half: bool, way: f32,
): void {
  const line = <usize>pairs << 2, sines = <usize>steps * line;
  for (let row = 0; row < rows; row++) {
    const cos = waves + <usize>(row % steps) * line;
    for (let head = 0; head < heads; head++, x += 2 * line, out += 2 * line) {
      if (half) turnHalves(x, cos, cos + sines, out, pairs, way);
      else turnNeighbours(x, cos, cos + sines, out, pairs, way);
    }
  }
}

@inline
function turnHalves(x: usize, cos: usize, sin: usize, out: usize, pairs: i32, way: f32): void {
  const line = <usize>pairs << 2;
  for (let rest = pairs, i: usize = 0; rest > 0; rest -= 4, i += 16) {
    const c = loadLanes(cos + i, rest), s = f32x4.mul(loadLanes(sin + i, rest), f32x4.splat(way));
    const a = loadLanes(x + i, rest), b = loadLanes(x + line + i, rest);
    storeLanes(out + i, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)), rest);
    storeLanes(out + line + i, fma4(b, c, f32x4.mul(a, s)), rest);
  }
}

@inline
function turnNeighbours(x: usize, cos: usize, sin: usize, out: usize, pairs: i32, way: f32): void {
  for (let i = 0; i < pairs; i++, x += 8, out += 8, cos += 4, sin += 4) {
    const c = load<f32>(cos), s = load<f32>(sin) * way, a = load<f32>(x), b = load<f32>(x, 4);
    store<f32>(out, a * c - b * s);
    store<f32>(out, b * c + a * s, 4);
  }
}
