/** A matrix with token labels on a canvas: where everything lies, and drawing it. */
import type { MatrixPicture } from '../experiment.js';
import { fill, type Ink, visible } from './palette.js';

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface Geometry {
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly width: number;
  readonly height: number;
  /** Column labels stand slanted where they are words. */
  readonly slanted: boolean;
}

const letter = 8;
const longest = 14;

export function geometryOf(picture: MatrixPicture, available: number): Geometry {
  const length = (labels: readonly string[]) => Math.min(longest, Math.max(1, ...labels.map((label) => label.length)));
  const slanted = length(picture.columns) > 3;
  const left = 16 + letter * length(picture.rows);
  const top = slanted ? 16 + letter * length(picture.columns) * 0.75 : 24;
  const room = available - left - (slanted ? 40 : 8);
  const cellWidth = Math.floor(Math.min(56, Math.max(slanted ? 24 : 14, room / Math.max(1, picture.columns.length))));
  const cellHeight = Math.min(28, Math.max(18, cellWidth));
  const width = left + cellWidth * picture.columns.length + (slanted ? 40 : 8);
  return { left, top, cellWidth, cellHeight, width, height: top + cellHeight * picture.rows.length + 8, slanted };
}

/** The cell at a point of the canvas, if any. */
export function cellAt(picture: MatrixPicture, geometry: Geometry, x: number, y: number): Cell | undefined {
  const row = Math.floor((y - geometry.top) / geometry.cellHeight);
  const column = Math.floor((x - geometry.left) / geometry.cellWidth);
  const inside = row >= 0 && column >= 0 && row < picture.rows.length && column < picture.columns.length;
  return inside ? { row, column } : undefined;
}

export function drawMatrix(
  context: CanvasRenderingContext2D,
  picture: MatrixPicture,
  values: Float32Array,
  geometry: Geometry,
  ink: Ink,
  focus: Partial<Cell>,
): void {
  context.clearRect(0, 0, geometry.width, geometry.height);
  drawCells(context, picture, values, geometry, ink);
  drawLabels(context, picture, geometry, ink, focus);
  if (picture.path) drawPath(context, picture.path, geometry, ink);
  drawFocus(context, picture, geometry, ink, focus);
}

function drawCells(
  context: CanvasRenderingContext2D,
  picture: MatrixPicture,
  values: Float32Array,
  { left, top, cellWidth, cellHeight }: Geometry,
  ink: Ink,
): void {
  const columns = picture.columns.length;
  const most = picture.scale === 'share' ? 1 : values.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-6);
  for (let row = 0; row < picture.rows.length; row++) {
    for (let column = 0; column < columns; column++) {
      context.fillStyle = fill(values[row * columns + column]! / most, ink);
      context.fillRect(left + column * cellWidth, top + row * cellHeight, cellWidth - 1, cellHeight - 1);
    }
  }
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.strokeRect(left - 1.5, top - 1.5, columns * cellWidth + 2, picture.rows.length * cellHeight + 2);
}

function drawLabels(
  context: CanvasRenderingContext2D,
  picture: MatrixPicture,
  { left, top, cellWidth, cellHeight, slanted }: Geometry,
  ink: Ink,
  focus: Partial<Cell>,
): void {
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  picture.rows.forEach((label, row) => {
    writeIn(context, ink, label, focus.row === row);
    context.fillText(shortened(label), left - 8, top + (row + 0.5) * cellHeight);
  });
  picture.columns.forEach((label, column) => {
    writeIn(context, ink, label, focus.column === column);
    context.save();
    context.translate(left + (column + 0.5) * cellWidth, top - (slanted ? 8 : 12));
    if (slanted) context.rotate(-Math.PI / 4);
    context.textAlign = slanted ? 'left' : 'center';
    context.fillText(shortened(label), 0, 0);
    context.restore();
  });
}

function writeIn(context: CanvasRenderingContext2D, ink: Ink, label: string, focused: boolean): void {
  const character = label.length === 1;
  context.font = `${focused ? '600 ' : ''}${character ? 14 : 13}px ${character ? ink.mono : ink.font}`;
  context.fillStyle = label === ' ' ? ink.soft : ink.text;
}

function shortened(label: string): string {
  return visible(label.length > longest ? `${label.slice(0, longest - 1)}…` : label);
}

/** The best path, a line through its cells. */
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
  picture: MatrixPicture,
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
