/** Lines over a common axis, with bands around them. */
import type { PlotPicture } from '../experiment.js';
import type { Cell, Drawing } from './drawing.js';
import { type Ink, short } from './palette.js';
import { ticks } from './ticks.js';

const margin = { left: 56, right: 16, top: 32, bottom: 40 };

export function plotDrawing(picture: PlotPicture, width: number, height = 320): Drawing {
  const { axes, lines } = picture;
  const plot = scalesOf(picture, width, height);
  const value = ({ row, column }: Cell) => lines[row]!.values[column]!;
  return {
    width,
    height,
    rows: lines.length,
    columns: plot.x.length,
    size: `${lines.length} ${lines.length === 1 ? 'line' : 'lines'} of ${plot.x.length} points`,
    draw: (context, ink, focus) => {
      drawAxes(context, ink, plot, axes);
      drawBands(context, ink, picture, plot);
      drawLines(context, ink, picture, plot, focus);
      drawNames(context, ink, picture);
    },
    at: (x, y) => nearest(picture, plot, x, y),
    read: (cell) => {
      const label = lines[cell.row]!.label;
      return `${label ? `${label}, ` : ''}${axes[0]} ${short(plot.x[cell.column]!)}: ${short(value(cell))}`;
    },
    table: () => ({
      head: plot.x.map(short),
      rows: lines.map(({ label, values }) => ({ label, cells: plot.x.map((_, i) => short(values[i] ?? Number.NaN)) })),
    }),
  };
}

type Plot = ReturnType<typeof scalesOf>;

function scalesOf({ x, lines, bands = [], logarithmic }: PlotPicture, width: number, height: number) {
  const length = Math.max(0, ...lines.map(({ values }) => values.length));
  const places = x ?? Array.from({ length }, (_, index) => index);
  const found = [...lines.map(({ values }) => values), ...bands.flatMap(({ lower, upper }) => [lower, upper])]
    .flatMap((values) => Array.from(values))
    .filter((value) => Number.isFinite(value) && !(logarithmic && value <= 0));
  const measure = logarithmic ? Math.log10 : (value: number) => value;
  const [low, high] = spreadOut(found.map(measure), logarithmic ? 0 : 0.05);
  const [first, last] = [places[0] ?? 0, places.at(-1) ?? 1];
  const across = (width - margin.left - margin.right) / (last - first || 1);
  const up = (height - margin.top - margin.bottom) / (high - low);
  return {
    width,
    height,
    x: places,
    ends: [first, last] as const,
    low,
    high,
    logarithmic,
    xOf: (at: number) => margin.left + (at - first) * across,
    yOf: (value: number) => height - margin.bottom - (measure(value) - low) * up,
  };
}

function spreadOut(values: readonly number[], room: number): readonly [low: number, high: number] {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (low > high) return [0, 1];
  const pad = high > low ? (high - low) * room : 1;
  return [low - pad, high + pad];
}

function drawAxes(
  context: CanvasRenderingContext2D,
  ink: Ink,
  { width, height, ends, low, high, logarithmic, xOf, yOf }: Plot,
  [xName, yName]: readonly [string, string],
): void {
  context.font = `12px ${ink.font}`;
  context.lineWidth = 1;
  context.strokeStyle = ink.line;
  context.fillStyle = ink.soft;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of ticks(low, high, 6)) {
    const value = logarithmic ? 10 ** tick : tick;
    const y = Math.round(yOf(value)) + 0.5;
    context.beginPath();
    context.moveTo(margin.left, y);
    context.lineTo(width - margin.right, y);
    context.stroke();
    context.fillText(short(value), margin.left - 8, y);
  }
  context.textAlign = 'center';
  for (const tick of ticks(...ends, 8)) context.fillText(short(tick), xOf(tick), height - margin.bottom + 14);
  context.textAlign = 'right';
  context.fillText(xName, width - margin.right, height - 8);
  context.textAlign = 'left';
  context.fillText(yName, 0, 10);
}

function drawBands(
  context: CanvasRenderingContext2D,
  ink: Ink,
  { bands = [] }: PlotPicture,
  { x, xOf, yOf }: Plot,
): void {
  context.fillStyle = `rgb(${ink.weight} / 0.16)`;
  for (const { lower, upper } of bands) {
    const known = x.flatMap((_, i) => (Number.isFinite(lower[i]) && Number.isFinite(upper[i]) ? [i] : []));
    context.beginPath();
    for (const i of known) context.lineTo(xOf(x[i]!), yOf(upper[i]!));
    for (const i of known.reverse()) context.lineTo(xOf(x[i]!), yOf(lower[i]!));
    context.fill();
  }
}

function drawLines(
  context: CanvasRenderingContext2D,
  ink: Ink,
  { lines, logarithmic }: PlotPicture,
  { x, xOf, yOf }: Plot,
  focus: Partial<Cell>,
): void {
  lines.forEach(({ values, dashed }, row) => {
    context.strokeStyle = context.fillStyle = ink.lines[row % ink.lines.length]!;
    context.lineWidth = focus.row === row ? 3 : 2;
    context.setLineDash(dashed ? [5, 4] : []);
    context.beginPath();
    let drawing = false;
    x.forEach((place, i) => {
      const value = values[i] ?? Number.NaN;
      if (!Number.isFinite(value) || (logarithmic && value <= 0)) drawing = false;
      else if (drawing) context.lineTo(xOf(place), yOf(value));
      else {
        context.moveTo(xOf(place), yOf(value));
        drawing = true;
      }
    });
    context.stroke();
    context.setLineDash([]);
    if (focus.row !== row || focus.column === undefined) return;
    context.beginPath();
    context.arc(xOf(x[focus.column]!), yOf(values[focus.column]!), 5, 0, 2 * Math.PI);
    context.fill();
  });
}

function drawNames(context: CanvasRenderingContext2D, ink: Ink, { axes, lines }: PlotPicture): void {
  context.font = `12px ${ink.font}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  let at = 24 + context.measureText(axes[1]).width;
  lines.forEach(({ label, dashed }, row) => {
    if (!label) return;
    context.strokeStyle = ink.lines[row % ink.lines.length]!;
    context.lineWidth = 2;
    context.setLineDash(dashed ? [5, 4] : []);
    context.beginPath();
    context.moveTo(at, 10);
    context.lineTo(at + 20, 10);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = ink.text;
    context.fillText(label, at + 26, 10);
    at += 42 + context.measureText(label).width;
  });
}

function nearest({ lines }: PlotPicture, { x, xOf, yOf }: Plot, px: number, py: number): Cell | undefined {
  if (x.length === 0 || px < margin.left - 16) return undefined;
  const column = x.reduce((best, at, i) => (Math.abs(xOf(at) - px) < Math.abs(xOf(x[best]!) - px) ? i : best), 0);
  const distances = lines.map(({ values }) => Math.abs(yOf(values[column] ?? Number.NaN) - py));
  const known = distances.flatMap((distance, row) => (Number.isFinite(distance) ? [row] : []));
  const row = known.sort((a, b) => distances[a]! - distances[b]!)[0];
  return row === undefined ? undefined : { row, column };
}
