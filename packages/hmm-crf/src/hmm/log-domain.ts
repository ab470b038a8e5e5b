/** Sums of probabilities that are given by their logarithms. */

/** log Σ exp; −∞ where nothing is more. */
export function logSumExp(terms: Float64Array): number {
  let top = -Infinity;
  for (let i = 0; i < terms.length; i++) top = Math.max(top, terms[i]!);
  if (top === -Infinity) return top;
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i]! - top);
  return top + Math.log(sum);
}
