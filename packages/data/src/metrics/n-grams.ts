/** Runs of n neighbouring symbols, counted. */

/** How often each run of `order` symbols occurs. */
export function countNGrams(symbols: readonly string[], order: number, between = ' '): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= symbols.length; i++) {
    const gram = symbols.slice(i, i + order).join(between);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** How many occurrences both have. */
export function commonCount(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  for (const [gram, count] of a) common += Math.min(count, b.get(gram) ?? 0);
  return common;
}
