/** Dropout whose mask is drawn on the way, so that it need not be kept: the same seed draws it again for the gradient. */
import { loadLanes, storeLanes } from './math';

const STEP: i32 = 0x6d2b79f5; // mulberry32: the state grows by it, value after value

/** out [n] = x·scale where the draw is below `threshold` of 2³², else 0. */
export function dropout(x: usize, out: usize, n: i32, seed: i32, threshold: u32, scale: f32): void {
  const factor = f32x4.splat(scale), bound = i32x4.splat(threshold), stride = i32x4.splat(4 * STEP);
  let state = i32x4.add(i32x4.splat(seed), i32x4.mul(i32x4(1, 2, 3, 4), i32x4.splat(STEP)));
  for (let rest = n; rest > 0; rest -= 4, x += 16, out += 16) {
    let mixed = i32x4.mul(v128.xor(state, i32x4.shr_u(state, 15)), v128.or(state, i32x4.splat(1)));
    const turned = i32x4.mul(v128.xor(mixed, i32x4.shr_u(mixed, 7)), v128.or(mixed, i32x4.splat(61)));
    mixed = v128.xor(i32x4.add(mixed, turned), mixed);
    const kept = i32x4.lt_u(v128.xor(mixed, i32x4.shr_u(mixed, 14)), bound);
    storeLanes(out, v128.and(f32x4.mul(loadLanes(x, rest), factor), kept), rest);
    state = i32x4.add(state, stride);
  }
}
