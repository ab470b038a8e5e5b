/** Labels from probabilities. */

/** The label with the largest probability in each row. */
export function mostLikely(rows: readonly (readonly number[])[], labels: readonly string[]): string[] {
  return rows.map((row) => labels[row.indexOf(Math.max(...row))]!);
}
