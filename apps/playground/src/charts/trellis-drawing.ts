/** States × time: a node's area is its probability, the best path is bold, impossible transitions are not there. */
import type { TrellisPicture } from '../experiment.js';
import type { Cell, Drawing } from './drawing.js';
import { lengthOf, standUpright, writeColumns, writeRows } from './labels.js';
import { type Ink, percent, visible } from './palette.js';

/** Transitions between nodes less probable than this together would only clutter the picture of many states. */
const faintest = 0.003;
const fewStates = 4;

export function trellisDrawing(picture: TrellisPicture, layer: number, available: number): Drawing {
  const { states, columns, layers, path } = picture;
  const { label, values } = (layers[layer] ?? layers[0])!;
  const K = states.length;
  const place = placeOf(picture, available);
  const at = ({ row, column }: Cell) => values[column * K + row]!;
  const what = layers.length > 1 ? `, ${label.toLowerCase()}` : '';
  return {
    width: place.width,
    height: place.height,
    rows: K,
    columns: columns.length,
    size: `${K} states over ${columns.length} steps`,
    draw: (context, ink, focus) => draw(context, ink, picture, values, place, focus),
    at: (x, y) => {
      const row = Math.round((y - place.top) / place.lane);
      const column = Math.round((x - place.left) / place.step);
      return row >= 0 && row < K && column >= 0 && column < columns.length ? { row, column } : undefined;
    },
    read: (cell) => {
      const best = path?.[cell.column] === cell.row ? ', on the best path' : '';
      const observed = `‘${visible(columns[cell.column]!)}’ (step ${cell.column + 1})`;
      return `state ‘${states[cell.row]}’ at ${observed}${what}: ${percent(at(cell))}${best}`;
    },
    table: () => ({
      head: columns.map(visible),
      rows: states.map((state, row) => ({
        label: state,
        cells: columns.map((_, column) => `${percent(at({ row, column }))}${path?.[column] === row ? ' ●' : ''}`),
      })),
    }),
    value: (cell) => ({ value: at(cell), minimum: 0, maximum: 1, show: percent }),
  };
}

type Place = ReturnType<typeof placeOf>;

function placeOf({ states, columns }: TrellisPicture, available: number) {
  const left = lengthOf(states) + 36;
  const share = (right: number) => Math.min(120, (available - left - right) / Math.max(1, columns.length - 1));
  const slanted = !standUpright(columns, share(24));
  const lane = Math.max(26, Math.min(72, Math.floor(400 / states.length)));
  const least = columns.length > 80 ? 14 : slanted ? 32 : 18;
  const radius = (step: number) => Math.min(14, lane * 0.38, step * 0.42);
  const right = slanted ? 56 : 24;
  const step = Math.max(least, share(right));
  const top = (slanted ? 24 + lengthOf(columns) * 0.75 : 32) + radius(step);
  const width = left + step * Math.max(0, columns.length - 1) + right;
  const height = top + lane * (states.length - 1) + radius(step) + 12;
  return { slanted, left, top, lane, step, width, height, radius: radius(step), every: Math.ceil(14 / step) };
}

function draw(
  context: CanvasRenderingContext2D,
  ink: Ink,
  picture: TrellisPicture,
  values: Float32Array,
  place: Place,
  focus: Partial<Cell>,
): void {
  const { states, columns, path } = picture;
  const spot = (row: number, column: number): [number, number] => [
    place.left + column * place.step,
    place.top + row * place.lane,
  ];
  drawTransitions(context, ink, picture, values, spot);
  if (path) drawPath(context, ink, path, spot);
  values.forEach((share, index) => {
    const [row, column] = [index % states.length, Math.floor(index / states.length)];
    const onPath = path?.[column] === row;
    drawNode(context, ink, spot(row, column), { radius: place.radius, share, onPath });
  });
  writeRows(context, ink, states, (row) => [place.left - place.radius - 10, place.top + row * place.lane], focus.row);
  const above = (column: number) => [spot(0, column)[0], place.top - place.radius - (place.slanted ? 8 : 14)] as const;
  writeColumns(context, ink, columns, { place: above, slanted: place.slanted, every: place.every }, focus.column);
  if (focus.row === undefined || focus.column === undefined) return;
  context.strokeStyle = ink.text;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(...spot(focus.row, focus.column), place.radius + 3, 0, 2 * Math.PI);
  context.stroke();
}

type Spot = (row: number, column: number) => [number, number];

function drawTransitions(
  context: CanvasRenderingContext2D,
  ink: Ink,
  { states, columns, transition }: TrellisPicture,
  values: Float32Array,
  spot: Spot,
): void {
  const K = states.length;
  context.lineWidth = 1;
  for (let t = 1; t < columns.length; t++) {
    for (let from = 0; from < K; from++) {
      for (let to = 0; to < K; to++) {
        const chance = transition?.[from * K + to] ?? 1;
        const both = values[(t - 1) * K + from]! * values[t * K + to]!;
        if (chance === 0 || (K > fewStates && both < faintest)) continue;
        context.strokeStyle = `rgb(${ink.weight} / ${(0.14 + 0.5 * Math.sqrt(both)).toFixed(2)})`;
        context.beginPath();
        context.moveTo(...spot(from, t - 1));
        context.lineTo(...spot(to, t));
        context.stroke();
      }
    }
  }
}

function drawPath(context: CanvasRenderingContext2D, ink: Ink, path: readonly number[], spot: Spot): void {
  context.strokeStyle = ink.text;
  context.lineWidth = 2.5;
  context.lineJoin = 'round';
  context.beginPath();
  for (const [column, row] of path.entries()) context.lineTo(...spot(row, column));
  context.stroke();
}

/** A faint ring is certainty, the disc within what there is of it. */
function drawNode(
  context: CanvasRenderingContext2D,
  ink: Ink,
  [x, y]: readonly [number, number],
  { radius, share, onPath }: { radius: number; share: number; onPath: boolean },
): void {
  const disc = (size: number) => {
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
  };
  const size = radius * Math.sqrt(Math.max(0, Math.min(1, share)));
  disc(2);
  context.fillStyle = ink.line;
  context.fill();
  if (size > 1) {
    disc(size);
    context.fillStyle = ink.page;
    context.fill();
    context.fillStyle = `rgb(${ink.weight} / ${(0.35 + 0.65 * share).toFixed(2)})`;
    context.fill();
  }
  if (!onPath) return;
  disc(Math.max(size, 3));
  context.strokeStyle = ink.text;
  context.lineWidth = 1.5;
  context.stroke();
}
