/** Names along the axes of a picture, and the legend of its colours. */
import { type Ink, short, visible } from './palette.js';

const letter = 8;
const longest = 18;

/** The room that the longest of `labels` takes. */
export function lengthOf(labels: readonly string[]): number {
  return (
    letter *
    Math.min(
      longest,
      labels.reduce((most, label) => Math.max(most, label.length), 1),
    )
  );
}

/** Whether names can stand upright in columns of this width: single letters always can. */
export function standUpright(labels: readonly string[], width: number): boolean {
  const length = lengthOf(labels);
  return length <= letter || length + 6 <= width;
}

/** Names that follow each other like numbers: some of them tell the others. */
export function areNumbers(labels: readonly string[]): boolean {
  return labels.every((label) => /^[-+\d]/.test(label));
}

export function shortened(label: string): string {
  return visible(label.length > longest ? `${label.slice(0, longest - 1)}…` : label);
}

export function writeRows(
  context: CanvasRenderingContext2D,
  ink: Ink,
  labels: readonly string[],
  place: (row: number) => readonly [x: number, y: number],
  focus: number | undefined,
): void {
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const letters = labels.every(({ length }) => length === 1);
  labels.forEach((label, row) => {
    writeIn(context, ink, label, { focused: focus === row, letters });
    context.fillText(shortened(label), ...place(row));
  });
}

/** Above their columns; slanted where they are words. `every` leaves out those between. */
export function writeColumns(
  context: CanvasRenderingContext2D,
  ink: Ink,
  labels: readonly string[],
  {
    place,
    slanted,
    every = 1,
  }: { place: (column: number) => readonly [number, number]; slanted: boolean; every?: number },
  focus: number | undefined,
): void {
  context.textBaseline = 'middle';
  const letters = labels.every(({ length }) => length === 1);
  labels.forEach((label, column) => {
    const near = focus !== undefined && column !== focus && Math.abs(column - focus) < every;
    if ((column % every !== 0 && column !== focus) || near) return;
    writeIn(context, ink, label, { focused: focus === column, letters });
    context.save();
    context.translate(...place(column));
    if (slanted) context.rotate(-Math.PI / 4);
    context.textAlign = slanted ? 'left' : 'center';
    context.fillText(shortened(label), 0, 0);
    context.restore();
  });
}

/** Letters are all of one width, where there are only letters. */
function writeIn(
  context: CanvasRenderingContext2D,
  ink: Ink,
  label: string,
  { focused, letters }: { focused: boolean; letters: boolean },
): void {
  context.font = `${focused ? '600 ' : ''}${letters ? 14 : 13}px ${letters ? ink.mono : ink.font}`;
  context.fillStyle = label === ' ' ? ink.soft : ink.text;
}

/** A strip of the colours in use between the numbers that they stand for. */
export function drawLegend(
  context: CanvasRenderingContext2D,
  ink: Ink,
  { x, y, from, to, signed = false }: { x: number; y: number; from: number; to: number; signed?: boolean },
): void {
  const width = 96;
  context.font = `12px ${ink.font}`;
  context.fillStyle = ink.soft;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(short(from), x, y);
  const start = x + context.measureText(short(from)).width + 8;
  const ramp = context.createLinearGradient(start, 0, start + width, 0);
  ramp.addColorStop(0, signed ? `rgb(${ink.negative})` : `rgb(${ink.weight} / 0)`);
  if (signed) {
    ramp.addColorStop(0.5, `rgb(${ink.negative} / 0)`);
    ramp.addColorStop(0.5, `rgb(${ink.weight} / 0)`);
  }
  ramp.addColorStop(1, `rgb(${ink.weight})`);
  context.fillStyle = ramp;
  context.fillRect(start, y - 5, width, 10);
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  context.strokeRect(start - 0.5, y - 5.5, width + 1, 11);
  context.fillStyle = ink.soft;
  context.fillText(short(to), start + width + 8, y);
}
