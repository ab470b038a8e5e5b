/** A matrix with token labels: one cell per number, zero is the page itself. */
import type { MatrixPicture } from '../experiment.js';
import { type Cell, type Drawing, markCorner } from './drawing.js';
import { areNumbers, lengthOf, standUpright, writeColumns, writeRows } from './labels.js';
import { fill, type Ink, percent, visible } from './palette.js';

export interface Geometry {
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly width: number;
  readonly height: number;
  /** Column labels are slanted where upright ones would overlap. */
  readonly slanted: boolean;
  /** Of this many columns, one is named. */
  readonly every: number;
}

/** What a matrix is drawn from; `show` words a value, `size` of a value runs from -1 to 1. */
export interface Matrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** What a row and a column are, in the singular. */
  readonly axes: readonly [row: string, column: string];
  readonly values: ArrayLike<number>;
  readonly path?: readonly number[];
  size(value: number, row: number): number;
  show(value: number, row: number): string;
}

export function drawingOfMatrix(
  picture: MatrixPicture,
  layer: number,
  axes: readonly [string, string],
  width: number,
): Drawing {
  const { values } = (picture.layers[layer] ?? picture.layers[0])!;
  const { rows, columns, path, fixed } = picture;
  const share = picture.scale === 'share';
  const most = share ? 1 : values.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-6);
  const show = share ? percent : (value: number) => value.toFixed(2);
  const drawing = matrixDrawing({ rows, columns, axes, values, path, size: (value) => value / most, show }, width);
  if (fixed) return drawing;
  const [minimum, maximum] = share ? [0, 1] : [-Math.ceil(2 * most), Math.ceil(2 * most)];
  const value = ({ row, column }: Cell) => ({ value: values[row * columns.length + column]!, minimum, maximum, show });
  return { ...drawing, value };
}

export function matrixDrawing(matrix: Matrix, available: number): Drawing {
  const { rows, columns, axes, values, show } = matrix;
  const geometry = geometryOf(matrix, available);
  const at = (row: number, column: number) => values[row * columns.length + column]!;
  return {
    width: geometry.width,
    height: geometry.height,
    rows: rows.length,
    columns: columns.length,
    size: `${rows.length} rows (${axes[0]}) by ${columns.length} columns (${axes[1]})`,
    draw: (context, ink, focus) => {
      drawCells(context, matrix, geometry, ink);
      drawLabels(context, matrix, geometry, ink, focus);
      if (matrix.path) drawPath(context, matrix.path, geometry, ink);
      drawFocus(context, matrix, geometry, ink, focus);
    },
    mark: (context, ink, { row, column }) => {
      const { left, top, cellWidth, cellHeight } = geometry;
      const [x, y] = [left + column * cellWidth, top + row * cellHeight];
      markCorner(context, ink, [x, y, cellWidth - 1, cellHeight - 1]);
    },
    at: (x, y) => cellAt(matrix, geometry, x, y),
    read: ({ row, column }) =>
      `${axes[0]} ‘${visible(rows[row]!)}’, ${axes[1]} ‘${visible(columns[column]!)}’: ${show(at(row, column), row)}`,
    table: () => ({
      head: columns.map(visible),
      rows: rows.map((label, row) => ({
        label: visible(label),
        cells: columns.map((_, column) => show(at(row, column), row)),
      })),
    }),
  };
}

/** Of a cell, and of all rows together while they can be read. */
const widest = 96;
const tallest = 420;

type Axes = Pick<Matrix, 'rows' | 'columns'>;

function geometryOf({ rows, columns }: Axes, available: number): Geometry {
  const left = 16 + lengthOf(rows);
  const share = (right: number) => Math.min(widest, (available - left - right) / Math.max(1, columns.length));
  const slanted = !standUpright(columns, share(8));
  const numbers = areNumbers(columns);
  const top = slanted ? 16 + lengthOf(columns) * 0.75 : 24;
  const right = slanted ? 40 : 8;
  const cellWidth = Math.floor(Math.max(slanted ? (numbers ? 8 : 20) : 11, share(right)));
  const cellHeight = Math.floor(Math.min(48, Math.max(18, Math.min(cellWidth, tallest / Math.max(1, rows.length)))));
  const every = slanted && numbers ? Math.ceil(18 / cellWidth) : 1;
  const [width, height] = [left + cellWidth * columns.length + right, top + cellHeight * rows.length + 8];
  return { left, top, cellWidth, cellHeight, width, height, slanted, every };
}

function cellAt({ rows, columns }: Axes, geometry: Geometry, x: number, y: number): Cell | undefined {
  const row = Math.floor((y - geometry.top) / geometry.cellHeight);
  const column = Math.floor((x - geometry.left) / geometry.cellWidth);
  const inside = row >= 0 && column >= 0 && row < rows.length && column < columns.length;
  return inside ? { row, column } : undefined;
}

function drawCells(
  context: CanvasRenderingContext2D,
  { rows, columns, values, size }: Matrix,
  { left, top, cellWidth, cellHeight }: Geometry,
  ink: Ink,
): void {
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      const value = size(values[row * columns.length + column]!, row);
      if (Math.abs(value) < 0.002) continue;
      context.fillStyle = fill(value, ink);
      context.fillRect(left + column * cellWidth, top + row * cellHeight, cellWidth - 1, cellHeight - 1);
    }
  }
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.strokeRect(left - 1.5, top - 1.5, columns.length * cellWidth + 2, rows.length * cellHeight + 2);
}

function drawLabels(
  context: CanvasRenderingContext2D,
  { rows, columns }: Axes,
  { left, top, cellWidth, cellHeight, slanted, every }: Geometry,
  ink: Ink,
  focus: Partial<Cell>,
): void {
  writeRows(context, ink, rows, (row) => [left - 8, top + (row + 0.5) * cellHeight], focus.row);
  const place = (column: number) => [left + (column + 0.5) * cellWidth, top - (slanted ? 8 : 12)] as const;
  writeColumns(context, ink, columns, { place, slanted, every }, focus.column);
}

function drawPath(
  context: CanvasRenderingContext2D,
  path: readonly number[],
  { left, top, cellWidth, cellHeight }: Geometry,
  ink: Ink,
): void {
  context.strokeStyle = context.fillStyle = ink.text;
  context.lineWidth = 1.5;
  context.beginPath();
  path.forEach((row, column) => {
    context.lineTo(left + (column + 0.5) * cellWidth - 0.5, top + (row + 0.5) * cellHeight - 0.5);
  });
  context.stroke();
  path.forEach((row, column) => {
    context.beginPath();
    context.arc(left + (column + 0.5) * cellWidth - 0.5, top + (row + 0.5) * cellHeight - 0.5, 3, 0, 2 * Math.PI);
    context.fill();
  });
}

/** A frame around the row, the column or the cell that is looked at. */
function drawFocus(
  context: CanvasRenderingContext2D,
  picture: Axes,
  { left, top, cellWidth, cellHeight }: Geometry,
  ink: Ink,
  { row, column }: Partial<Cell>,
): void {
  const [width, height] = [picture.columns.length * cellWidth, picture.rows.length * cellHeight];
  context.lineWidth = 1;
  context.strokeStyle = ink.soft;
  if (row !== undefined) context.strokeRect(left - 1.5, top + row * cellHeight - 1.5, width + 2, cellHeight + 2);
  if (column !== undefined) context.strokeRect(left + column * cellWidth - 1.5, top - 1.5, cellWidth + 2, height + 2);
  if (row === undefined || column === undefined) return;
  context.lineWidth = 2;
  context.strokeStyle = ink.text;
  context.strokeRect(left + column * cellWidth - 1, top + row * cellHeight - 1, cellWidth + 1, cellHeight + 1);
}
