/** An alignment: the input above, the output below, a ribbon as wide as the weight between. */
import type { RibbonsPicture } from '../experiment.js';
import type { Cell, Drawing } from './drawing.js';
import { shortened } from './labels.js';
import { type Ink, percent, visible } from './palette.js';

/** Weaker looks would only clutter the picture; the numbers have them all. */
const faintest = 0.04;
const letter = 8.5;

export interface RibbonsOptions {
  readonly layer: number;
  readonly axes: readonly [row: string, column: string];
  readonly width: number;
  readonly height: number;
}

export function ribbonsDrawing(
  { rows, columns, layers }: Pick<RibbonsPicture, 'rows' | 'columns' | 'layers'>,
  { layer, axes, width: available, height }: RibbonsOptions,
): Drawing {
  const { values } = (layers[layer] ?? layers[0])!;
  const [above, below] = [spread(columns), spread(rows)];
  const width = Math.max(available, above.width, below.width);
  const places = {
    columns: above.centres.map((x) => x + (width - above.width) / 2),
    rows: below.centres.map((x) => x + (width - below.width) / 2),
  };
  const at = ({ row, column }: Cell) => values[row * columns.length + column]!;
  const strongest = (row: number) =>
    columns.reduce((best, _, column) => (at({ row, column }) > at({ row, column: best }) ? column : best), 0);
  return {
    width,
    height,
    rows: rows.length,
    columns: columns.length,
    size: `${rows.length} × ${columns.length} (${axes[0]} × ${axes[1]})`,
    draw: (context, ink, focus) => draw(context, ink, { rows, columns, values, places, height }, focus),
    at: (x, y) => {
      const row = y > height / 2 ? nearest(places.rows, x) : undefined;
      const column = y < height / 2 ? nearest(places.columns, x) : undefined;
      if (row !== undefined) return { row, column: strongest(row) };
      if (column === undefined) return undefined;
      const lookers = rows.map((_, index) => at({ row: index, column }));
      return { row: lookers.indexOf(Math.max(...lookers)), column };
    },
    read: (cell) =>
      `${axes[0]} ‘${visible(rows[cell.row]!)}’, ${axes[1]} ‘${visible(columns[cell.column]!)}’: ${percent(at(cell))}`,
    table: () => ({
      head: columns.map(visible),
      rows: rows.map((label, row) => ({
        label: visible(label),
        cells: columns.map((_, column) => percent(at({ row, column }))),
      })),
    }),
  };
}

/** Tokens side by side, each as wide as it is written. */
function spread(tokens: readonly string[]): { width: number; centres: number[] } {
  let end = 8;
  const centres = tokens.map((token) => {
    const width = shortened(token).length * letter + (token.length > 1 ? 14 : 9);
    end += width;
    return end - width / 2;
  });
  return { width: end + 8, centres };
}

function nearest(places: readonly number[], x: number): number | undefined {
  const distances = places.map((place) => Math.abs(place - x));
  const least = Math.min(...distances);
  return least < 32 ? distances.indexOf(least) : undefined;
}

interface Ribbons {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly values: Float32Array;
  readonly places: { readonly rows: readonly number[]; readonly columns: readonly number[] };
  readonly height: number;
}

function draw(
  context: CanvasRenderingContext2D,
  ink: Ink,
  { rows, columns, values, places, height }: Ribbons,
  { row: focus }: Partial<Cell>,
): void {
  const [top, bottom] = [28, height - 28];
  const middle = (top + bottom) / 2;
  context.lineCap = 'round';
  values.forEach((weight, index) => {
    if (weight < faintest) return;
    const [row, column] = [Math.floor(index / columns.length), index % columns.length];
    const [from, to] = [places.columns[column]!, places.rows[row]!];
    const strength = focus === undefined || focus === row ? 0.1 + 0.8 * weight : 0.06;
    context.strokeStyle = `rgb(${ink.weight} / ${strength.toFixed(3)})`;
    context.lineWidth = 1 + 7 * weight;
    context.beginPath();
    context.moveTo(from, top);
    context.bezierCurveTo(from, middle, to, middle, to, bottom);
    context.stroke();
  });
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const write = (token: string, x: number, y: number, on: boolean) => {
    context.font = `${on ? '600 ' : ''}14px ${ink.mono}`;
    context.fillStyle = on ? ink.accent : token === ' ' ? ink.soft : ink.text;
    context.fillText(shortened(token), x, y);
  };
  for (const [column, token] of columns.entries()) write(token, places.columns[column]!, 14, false);
  for (const [row, token] of rows.entries()) write(token, places.rows[row]!, height - 14, row === focus);
}
