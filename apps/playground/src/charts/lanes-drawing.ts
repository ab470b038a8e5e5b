/** Hidden states over time: one lane per unit, the liveliest on top, centred on 0. */
import type { LanesPicture } from '../experiment.js';
import { type Drawing, markCorner } from './drawing.js';
import { drawLegend, lengthOf, standUpright, writeColumns } from './labels.js';
import { type Ink, visible } from './palette.js';

/** More lanes than this cannot be told apart. */
const most = 64;
const left = 48;

export function lanesDrawing({ columns, units, layers }: LanesPicture, layer: number, available: number): Drawing {
  const { values } = (layers[layer] ?? layers[0])!;
  const order = byVariance(values, units, columns.length).slice(0, most);
  const bound = values.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-6);
  const place = placeOf(columns, order.length, available);
  const at = (lane: number, step: number) => values[step * units + order[lane]!]!;
  return {
    width: place.width,
    height: place.height,
    rows: order.length,
    columns: columns.length,
    size: `${order.length < units ? `the ${order.length} liveliest of ` : ''}${units} units over ${columns.length} steps`,
    draw: (context, ink, focus) => {
      drawLanes(context, ink, place, (lane, step) => at(lane, step) / bound, [order.length, columns.length]);
      const spot = (column: number) =>
        [left + (column + 0.5) * place.step, place.top - (place.slanted ? 8 : 12)] as const;
      writeColumns(context, ink, columns, { place: spot, slanted: place.slanted, every: place.every }, focus.column);
      writeUnits(context, ink, order, place, focus.row);
      drawLegend(context, ink, { x: left, y: place.height - 12, from: -bound, to: bound, signed: true });
      if (focus.row === undefined || focus.column === undefined) return;
      context.lineWidth = 2;
      context.strokeStyle = ink.text;
      const [x, y] = [left + focus.column * place.step, place.top + focus.row * place.lane];
      context.strokeRect(x - 1, y - 1, place.step + 1, place.lane + 1);
    },
    at: (x, y) => {
      const [row, column] = [Math.floor((y - place.top) / place.lane), Math.floor((x - left) / place.step)];
      const inside = row >= 0 && column >= 0 && row < order.length && column < columns.length;
      return inside ? { row, column } : undefined;
    },
    read: ({ row, column }) =>
      `unit ${order[row]! + 1} after ‘${visible(columns[column]!)}’ (step ${column + 1}): ${at(row, column).toFixed(3)}`,
    table: () => ({
      head: columns.map(visible),
      rows: order.map((unit, row) => ({
        label: `unit ${unit + 1}`,
        cells: columns.map((_, column) => at(row, column).toFixed(2)),
      })),
    }),
    mark: (context, ink, { row, column }) => {
      const { top, step, lane } = place;
      markCorner(context, ink, [left + column * step, top + row * lane, step, lane - 1]);
    },
    value: ({ row, column }) => {
      const most = Math.ceil(bound);
      return { value: at(row, column), minimum: -most, maximum: most, show: (value) => value.toFixed(2) };
    },
  };
}

/** The unit of each lane: a touch names units, not lanes. */
export function unitsInLanes({ columns, units, layers }: LanesPicture, layer: number): number[] {
  return byVariance((layers[layer] ?? layers[0])!.values, units, columns.length);
}

/** Units by falling variance over time. */
function byVariance(values: Float32Array, units: number, steps: number): number[] {
  const variances = Array.from({ length: units }, (_, unit) => {
    let [sum, squares] = [0, 0];
    for (let step = 0; step < steps; step++) {
      const value = values[step * units + unit]!;
      sum += value;
      squares += value * value;
    }
    return squares / steps - (sum / steps) ** 2;
  });
  return Array.from(variances.keys()).sort((a, b) => variances[b]! - variances[a]! || a - b);
}

type Place = ReturnType<typeof placeOf>;

function placeOf(columns: readonly string[], lanes: number, available: number) {
  const share = (right: number) => Math.min(96, (available - left - right) / Math.max(1, columns.length));
  const slanted = !standUpright(columns, share(8));
  const top = slanted ? 16 + lengthOf(columns) * 0.75 : 24;
  const right = slanted ? 40 : 8;
  const step = Math.max(4, share(right));
  const lane = Math.max(7, Math.min(16, Math.floor(448 / Math.max(1, lanes))));
  const every = Math.ceil((slanted ? 20 : 12) / step);
  const [width, height] = [left + step * columns.length + right, top + lane * lanes + 32];
  return { slanted, top, step, lane, every, width, height };
}

/** One pixel per number, enlarged: many numbers cost no more than a few. */
function drawLanes(
  context: CanvasRenderingContext2D,
  ink: Ink,
  { top, step, lane }: Place,
  at: (lane: number, step: number) => number,
  [lanes, steps]: readonly [number, number],
): void {
  if (lanes === 0 || steps === 0) return;
  const image = new ImageData(steps, lanes);
  const [above, below] = [ink.weight, ink.negative].map((color) => color.split(' ').map(Number));
  for (let i = 0; i < lanes * steps; i++) {
    const value = at(Math.floor(i / steps), i % steps);
    image.data.set(value < 0 ? below! : above!, 4 * i);
    image.data[4 * i + 3] = Math.round(255 * Math.min(1, Math.abs(value)));
  }
  const small = new OffscreenCanvas(steps, lanes);
  small.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, left, top, step * steps, lane * lanes);
  context.strokeStyle = ink.page;
  context.lineWidth = 1;
  context.beginPath();
  for (let row = 1; row < lanes; row++) {
    context.moveTo(left, top + row * lane - 0.5);
    context.lineTo(left + step * steps, top + row * lane - 0.5);
  }
  context.stroke();
  context.strokeStyle = ink.line;
  context.strokeRect(left - 0.5, top - 0.5, step * steps + 1, lane * lanes + 1);
}

function writeUnits(
  context: CanvasRenderingContext2D,
  ink: Ink,
  order: readonly number[],
  { top, lane }: Place,
  focus: number | undefined,
): void {
  const every = Math.ceil(14 / lane);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  order.forEach((unit, row) => {
    const near = focus !== undefined && row !== focus && Math.abs(row - focus) * lane < 14;
    if ((row % every !== 0 && row !== focus) || near) return;
    context.font = `${row === focus ? '600 ' : ''}12px ${ink.font}`;
    context.fillStyle = row === focus ? ink.text : ink.soft;
    context.fillText(String(unit + 1), left - 8, top + (row + 0.5) * lane);
  });
}
