/** Emission scores summed from the beginning of a sequence, so that the score of any segment is one difference. */

/** For one sequence of T steps. Impossible steps (log probability −∞) add nothing to the sums: segments over them are left out instead. */
export interface SegmentScores {
  readonly stepCount: number;
  readonly stateCount: number;
  /** [K,T+1]: Σ log p(row | state) over the first t steps. */
  readonly total: Float64Array;
  /** [K,T+1]: the first step at which a segment that ends before step t may begin: after the last impossible step. */
  readonly earliest: Int32Array;
}

/** Sums of log p(row | state) [T,K]. */
export function segmentScores(logEmission: Float64Array, stateCount: number): SegmentScores {
  const stepCount = logEmission.length / stateCount;
  const total = new Float64Array(stateCount * (stepCount + 1));
  const earliest = new Int32Array(stateCount * (stepCount + 1));
  for (let k = 0; k < stateCount; k++) {
    const row = k * (stepCount + 1);
    for (let t = 0; t < stepCount; t++) {
      const score = logEmission[t * stateCount + k]!;
      const possible = score > -Infinity;
      total[row + t + 1] = total[row + t]! + (possible ? score : 0);
      earliest[row + t + 1] = possible ? earliest[row + t]! : t + 1;
    }
  }
  return { stepCount, stateCount, total, earliest };
}
