/** Additive attention without its [B,Q,K,U] tensor: tanh is computed where it is needed, and again on the way back. */
import { exp4, fma4, loadLanes, storeLanes, sumLanes, tanh4, tanhSlope4 } from './math';

/** Up to here e^2q·e^2k stays in float32 for every pair: it is at most e^80. */
const MODERATE: f32 = 20;

/**
 * energies [B,Q,K] = Σ_u energy [U] · tanh(query [B,Q,U] + keys [B,K,U]). With tanh(q + k) = 1 − 2/(e^2q·e^2k + 1) a pair needs no exponential of its own: those of a query
 * and of the keys lie in the workspace [K+1,U].
 */
export function additiveScore(
  query: usize, keys: usize, energy: usize, energies: usize, B: i32, Q: i32, K: i32, U: i32, workspace: usize,
): void {
  const line = <usize>U << 2;
  const powers = workspace + line;
  for (let b = 0; b < B; b++, keys += <usize>K * line) {
    const moderate = raise(powers, keys, K * U);
    for (let q = 0; q < Q; q++, query += line) {
      const raised = raise(workspace, query, U) && moderate;
      for (let k = 0; k < K; k++, energies += 4) {
        const at = <usize>k * line;
        const sum = raised ? energyOf(true, workspace, powers + at, energy, U) : energyOf(false, query, keys + at, energy, U);
        store<f32>(energies, sum);
      }
    }
  }
}

/** target [n] = e^2x; whether every x is moderate. */
function raise(target: usize, x: usize, n: i32): bool {
  let largest = f32x4.splat(0);
  for (; n > 0; n -= 4, x += 16, target += 16) {
    const value = loadLanes(x, n);
    largest = f32x4.max(largest, f32x4.abs(value)); // NaN stays
    storeLanes(target, exp4(f32x4.add(value, value)), n);
  }
  return v128.bitmask<i32>(f32x4.le(largest, f32x4.splat(MODERATE))) == 15;
}

/** tanh(query + key), of the two or of their exponentials. */
@inline
function hiddenOf(raised: bool, query: v128, key: v128): v128 {
  if (!raised) return tanh4(f32x4.add(query, key));
  const one = f32x4.splat(1);
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), fma4(query, key, one)));
}

@inline
function energyOf(raised: bool, query: usize, key: usize, energy: usize, U: i32): f32 {
  let sum = f32x4.splat(0);
  for (let rest = U; rest > 0; rest -= 4, query += 16, key += 16, energy += 16) {
    const hidden = hiddenOf(raised, loadLanes(query, rest), loadLanes(key, rest));
    sum = fma4(hidden, loadLanes(energy, rest), sum);
  }
  return sumLanes(sum);
}

/** From dEnergies [B,Q,K]: dQuery [B,Q,U], dKeys [B,K,U], dEnergy [U]; whatever stands in them is overwritten. Workspace as above. */
export function additiveScoreGradient(
  query: usize, keys: usize, energy: usize, dEnergies: usize, dQuery: usize, dKeys: usize, dEnergy: usize,
  B: i32, Q: i32, K: i32, U: i32, workspace: usize,
): void {
  const line = <usize>U << 2;
  const powers = workspace + line;
  memory.fill(dQuery, 0, <usize>(B * Q) * line);
  memory.fill(dKeys, 0, <usize>(B * K) * line);
  memory.fill(dEnergy, 0, line);
  for (let b = 0; b < B; b++, keys += <usize>K * line, dKeys += <usize>K * line) {
    const moderate = raise(powers, keys, K * U);
    for (let q = 0; q < Q; q++, query += line, dQuery += line) {
      const raised = raise(workspace, query, U) && moderate;
      for (let k = 0; k < K; k++, dEnergies += 4) {
        const dy = load<f32>(dEnergies);
        if (dy == 0) continue;
        const at = <usize>k * line;
        if (raised) addGradient(true, workspace, powers + at, energy, dy, dQuery, dKeys + at, dEnergy, U);
        else addGradient(false, query, keys + at, energy, dy, dQuery, dKeys + at, dEnergy, U);
      }
    }
  }
}

/** One pair: d(query + key) = dy·energy·(1 − tanh²). */
@inline
function addGradient(
  raised: bool, query: usize, key: usize, energy: usize, dy: f32, dQuery: usize, dKey: usize, dEnergy: usize, U: i32,
): void {
  const scale = f32x4.splat(dy);
  for (let rest = U; rest > 0; rest -= 4) {
    const hidden = hiddenOf(raised, loadLanes(query, rest), loadLanes(key, rest));
    const slope = f32x4.mul(f32x4.mul(scale, loadLanes(energy, rest)), tanhSlope4(hidden));
    storeLanes(dQuery, f32x4.add(loadLanes(dQuery, rest), slope), rest);
    storeLanes(dKey, f32x4.add(loadLanes(dKey, rest), slope), rest);
    storeLanes(dEnergy, fma4(scale, hidden, loadLanes(dEnergy, rest)), rest);
    query += 16, key += 16, energy += 16, dQuery += 16, dKey += 16, dEnergy += 16;
  }
}
