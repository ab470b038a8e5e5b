/** Additive attention scores and their gradient. */
import type { Kernels } from './load.js';
import { scope } from './memory.js';

type Sizes = [B: number, Q: number, K: number, U: number];

export interface AttentionExports {
  additiveScore(
    query: number,
    keys: number,
    energy: number,
    energies: number,
    ...rest: [...Sizes, workspace: number]
  ): void;
  additiveScoreGradient(
    ...parameters: [
      ...inputs: [query: number, keys: number, energy: number, dEnergies: number],
      ...outputs: [dQuery: number, dKeys: number, dEnergy: number],
      ...Sizes,
      workspace: number,
    ]
  ): void;
}

/** Pointers to query [B,Q,U], keys [B,K,U] and energy [U]. */
export interface AdditiveScoreInputs {
  query: number;
  keys: number;
  energy: number;
  B: number;
  Q: number;
  K: number;
  U: number;
}

/** energies [B,Q,K] = Σ_u energy·tanh(query + keys). */
export function additiveScore({ exports, memory }: Kernels, inputs: AdditiveScoreInputs, energies: number): void {
  const { query, keys, energy, B, Q, K, U } = inputs;
  scope(memory, (allocate) => {
    exports.additiveScore(query, keys, energy, energies, B, Q, K, U, allocate(4 * (K + 1) * U));
  });
}

/** Pointers to d(energies) [B,Q,K] and to the results, of the shapes of the inputs. */
export interface AdditiveScoreGradients {
  dEnergies: number;
  dQuery: number;
  dKeys: number;
  dEnergy: number;
}

/** The gradients of `additiveScore`; it computes tanh again instead of keeping it. */
export function additiveScoreGradient(
  { exports, memory }: Kernels,
  inputs: AdditiveScoreInputs,
  { dEnergies, dQuery, dKeys, dEnergy }: AdditiveScoreGradients,
): void {
  const { query, keys, energy, B, Q, K, U } = inputs;
  scope(memory, (allocate) => {
    const workspace = allocate(4 * (K + 1) * U);
    exports.additiveScoreGradient(query, keys, energy, dEnergies, dQuery, dKeys, dEnergy, B, Q, K, U, workspace);
  });
}
