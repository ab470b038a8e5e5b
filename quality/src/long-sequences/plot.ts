/** The gradient at the start, from the last step back to the first. */
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import type { Trial } from './trial.js';

/** What is smaller counts as gone. */
const floor = 1e-12;
/** So many networks are worth a picture. */
const crowd = 5;
/** Powers of ten from one name to the next. */
const apart = 0.4;

interface Point {
  network: string;
  task: string;
  /** From 0, the first step, to 1, the last. */
  place: number;
  norm: number;
}

/** One line for each network: norms relative to the last step's, by task, at a long length. */
export function plot(trials: readonly Trial[]): string {
  const { document } = new JSDOM().window;
  const points: Point[] = longest(trials).flatMap(({ network, task, length, flow }) =>
    flow.map((norm, i) => ({
      network,
      task: `${task}, T = ${length}`,
      place: (i + 0.5) / flow.length,
      norm: Math.max(floor, norm / flow.at(-1)!),
    })),
  );
  const chart = Plot.plot({
    document,
    width: 1000,
    height: 460,
    marginRight: 20,
    x: {
      label: 'place in the sequence',
      domain: [0, 1],
      ticks: [0, 1],
      tickFormat: (at: number) => (at === 0 ? 'first' : 'last'),
    },
    y: { type: 'log', label: 'gradient, of the last step’s', grid: true, tickFormat: '.0e' },
    fx: { label: null },
    color: { legend: false, scheme: 'turbo', type: 'categorical' },
    marks: [
      Plot.line(points, { fx: 'task', x: 'place', y: 'norm', stroke: 'network', strokeWidth: 1.5 }),
      Plot.text(names(points), {
        fx: 'task',
        x: 'place',
        y: 'norm',
        text: 'network',
        fill: 'network',
        textAnchor: 'start',
        dx: 3,
        fontSize: 9,
        stroke: 'white',
        strokeWidth: 3,
      }),
    ],
  });
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${chart.outerHTML}\n`;
}

/** The trials of each task's longest length with a crowd of networks, or its longest where there is none. */
function longest(trials: readonly Trial[]): Trial[] {
  const at = (name: string, T: number) => trials.filter(({ task, length }) => task === name && length === T);
  return [...new Set(trials.map(({ task }) => task))].flatMap((task) => {
    const lengths = [...new Set(trials.filter((trial) => trial.task === task).map(({ length }) => length))];
    const falling = lengths.sort((a, b) => b - a);
    return at(task, falling.find((length) => at(task, length).length >= crowd) ?? falling[0]!);
  });
}

/** Where each line's name stands: at its first point, or above the names that stand there already. */
function names(points: readonly Point[]): Point[] {
  const first = points.filter(
    (point, i) => points.findIndex(({ network, task }) => network === point.network && task === point.task) === i,
  );
  const above = new Map<string, number>();
  return first
    .sort((a, b) => a.norm - b.norm)
    .map((point) => {
      const norm = Math.max(point.norm, above.get(point.task) ?? 0);
      above.set(point.task, norm * 10 ** apart);
      return { ...point, norm };
    });
}
