/** Which labels of an output stand for which of those expected. */

/** One step from what was expected to the output: `delete` lacks an expected label, `insert` has one too many. */
export type AlignmentStep<T> =
  | { readonly kind: 'equal' | 'substitute'; readonly predicted: T; readonly expected: T }
  | { readonly kind: 'delete'; readonly expected: T }
  | { readonly kind: 'insert'; readonly predicted: T };

/** An alignment with the fewest edits (Levenshtein 1966; Wagner & Fischer 1974); among several the one that, from the end, puts labels in pairs where it can. */
export function align<T>(predicted: readonly T[], expected: readonly T[]): AlignmentStep<T>[] {
  const distance = distances(predicted, expected);
  const steps: AlignmentStep<T>[] = [];
  for (let i = predicted.length, j = expected.length; i > 0 || j > 0; ) {
    const [said, real] = [predicted[i - 1]!, expected[j - 1]!];
    const here = distance[i]![j]!;
    if (i > 0 && j > 0 && here === distance[i - 1]![j - 1]! + Number(said !== real)) {
      steps.push({ kind: said === real ? 'equal' : 'substitute', predicted: said, expected: real });
      i--;
      j--;
    } else if (i > 0 && here === distance[i - 1]![j]! + 1) {
      steps.push({ kind: 'insert', predicted: said });
      i--;
    } else {
      steps.push({ kind: 'delete', expected: real });
      j--;
    }
  }
  return steps.reverse();
}

/** The edit distance of each beginning of one to each beginning of the other. */
function distances<T>(predicted: readonly T[], expected: readonly T[]): number[][] {
  const rows = [Array.from({ length: expected.length + 1 }, (_, j) => j)];
  for (const [i, said] of predicted.entries()) {
    const above = rows[i]!;
    const row = [i + 1];
    for (const [j, real] of expected.entries())
      row.push(Math.min(above[j]! + Number(said !== real), above[j + 1]! + 1, row[j]! + 1));
    rows.push(row);
  }
  return rows;
}
