/** An attention matrix in characters: rows are what was written, columns what was read, darkness the weight. */

const shades = [' ', '░', '▒', '▓', '█'];

/** weights [rows][columns] with their labels → lines of text. */
export function attentionMatrix(
  weights: ArrayLike<number>[],
  rows: readonly string[],
  columns: readonly string[],
): string {
  const margin = Math.max(...rows.map((label) => label.length));
  const header = `${' '.repeat(margin)}  ${columns.map((label) => label || ' ').join('')}`;
  const body = rows.map(
    (label, row) =>
      `${label.padStart(margin)} │${columns.map((_, column) => shade(weights[row]?.[column] ?? 0)).join('')}`,
  );
  return [header, ...body].join('\n');
}

function shade(weight: number): string {
  return shades[Math.min(shades.length - 1, Math.round(weight * (shades.length - 1)))] as string;
}
