/** Additive attention without its [B,Q,K,U] tensor: tanh is computed where it is needed, and again on the way back. */
import { loadPart, storePart, sumLanes, tanh4 } from './math';

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
  let u = 0;
  for (; u + 4 <= U; u += 4, query += 16, key += 16, energy += 16) {
    const hidden = tanh4(f32x4.add(v128.load(query), v128.load(key)));
    sum = f32x4.add(sum, f32x4.mul(hidden, v128.load(energy)));
  }
  if (u < U) {
    const hidden = tanh4(f32x4.add(loadPart(query, U - u), loadPart(key, U - u)));
    sum = f32x4.add(sum, f32x4.mul(hidden, loadPart(energy, U - u)));
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
  const one = f32x4.splat(1);
  let u = 0;
  for (; u + 4 <= U; u += 4) {
    const hidden = tanh4(f32x4.add(v128.load(query), v128.load(key)));
    const slope = f32x4.sub(one, f32x4.mul(hidden, hidden));
    const sum = f32x4.mul(f32x4.mul(scale, v128.load(energy)), slope);
    v128.store(dQuery, f32x4.add(v128.load(dQuery), sum));
    v128.store(dKey, f32x4.add(v128.load(dKey), sum));
    v128.store(dEnergy, f32x4.add(v128.load(dEnergy), f32x4.mul(scale, hidden)));
    query += 16, key += 16, energy += 16, dQuery += 16, dKey += 16, dEnergy += 16;
  }
  if (u == U) return;
  const rest = U - u;
  const hidden = tanh4(f32x4.add(loadPart(query, rest), loadPart(key, rest)));
  const slope = f32x4.sub(one, f32x4.mul(hidden, hidden));
  const sum = f32x4.mul(f32x4.mul(scale, loadPart(energy, rest)), slope);
  storePart(dQuery, f32x4.add(loadPart(dQuery, rest), sum), rest);
  storePart(dKey, f32x4.add(loadPart(dKey, rest), sum), rest);
  storePart(dEnergy, f32x4.add(loadPart(dEnergy, rest), f32x4.mul(scale, hidden)), rest);
}
