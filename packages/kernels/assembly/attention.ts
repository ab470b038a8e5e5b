/** Additive attention without its [B,Q,K,U] tensor: tanh is computed where it is needed, and again on the way back. */
import { fma4, loadLanes, storeLanes, sumLanes, tanh4, tanhSlope4 } from './math';

/** energies [B,Q,K] = Σ_u energy [U] · tanh(query [B,Q,U] + keys [B,K,U]). */
export function additiveScore(
  query: usize, keys: usize, energy: usize, energies: usize, B: i32, Q: i32, K: i32, U: i32,
): void {
  const line = <usize>U << 2;
  for (let b = 0; b < B; b++, keys += <usize>K * line) {
    for (let q = 0; q < Q; q++, query += line) {
      for (let k = 0; k < K; k++, energies += 4) {
        store<f32>(energies, energyOf(query, keys + <usize>k * line, energy, U));
      }
    }
  }
}

@inline
function energyOf(query: usize, key: usize, energy: usize, U: i32): f32 {
  let sum = f32x4.splat(0);
  for (let rest = U; rest > 0; rest -= 4, query += 16, key += 16, energy += 16) {
    const hidden = tanh4(f32x4.add(loadLanes(query, rest), loadLanes(key, rest)));
    sum = fma4(hidden, loadLanes(energy, rest), sum);
  }
  return sumLanes(sum);
}

/** From dEnergies [B,Q,K]: dQuery [B,Q,U], dKeys [B,K,U], dEnergy [U]; whatever stands in them is overwritten. */
export function additiveScoreGradient(
  query: usize, keys: usize, energy: usize, dEnergies: usize, dQuery: usize, dKeys: usize, dEnergy: usize,
  B: i32, Q: i32, K: i32, U: i32,
): void {
  const line = <usize>U << 2;
  memory.fill(dQuery, 0, <usize>(B * Q) * line);
  memory.fill(dKeys, 0, <usize>(B * K) * line);
  memory.fill(dEnergy, 0, line);
  for (let b = 0; b < B; b++, keys += <usize>K * line, dKeys += <usize>K * line) {
    for (let q = 0; q < Q; q++, query += line, dQuery += line) {
      for (let k = 0; k < K; k++, dEnergies += 4) {
        const dy = load<f32>(dEnergies);
        if (dy == 0) continue;
        const at = <usize>k * line;
        addGradient(query, keys + at, energy, dy, dQuery, dKeys + at, dEnergy, U);
      }
    }
  }
}

/** One pair: d(query + key) = dy·energy·(1 − tanh²). */
@inline
function addGradient(
  query: usize, key: usize, energy: usize, dy: f32, dQuery: usize, dKey: usize, dEnergy: usize, U: i32,
): void {
  const scale = f32x4.splat(dy);
  for (let rest = U; rest > 0; rest -= 4) {
    const hidden = tanh4(f32x4.add(loadLanes(query, rest), loadLanes(key, rest)));
    const slope = f32x4.mul(f32x4.mul(scale, loadLanes(energy, rest)), tanhSlope4(hidden));
    storeLanes(dQuery, f32x4.add(loadLanes(dQuery, rest), slope), rest);
    storeLanes(dKey, f32x4.add(loadLanes(dKey, rest), slope), rest);
    storeLanes(dEnergy, fma4(scale, hidden, loadLanes(dEnergy, rest)), rest);
    query += 16, key += 16, energy += 16, dQuery += 16, dKey += 16, dEnergy += 16;
  }
}
