/** A share of 1 as a percentage with two decimals. */
export function percent(share: number): number {
  return rounded(100 * share);
}

/** With two decimals, or as many as are asked for. */
export function rounded(value: number, decimals = 2): number {
  return Number(value.toFixed(decimals));
}
