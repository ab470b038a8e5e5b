/** The gradient at the start, from the last step back to the first. */
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import type { Trial } from './trial.js';

/** What is smaller counts as gone. */
const floor = 1e-12;

/** One line for each network: norms relative to the last step's, by task, at the longest length that was run. */
export function plot(trials: readonly Trial[]): string {
  const { document } = new JSDOM().window;
  const points = longest(trials).flatMap(({ network, task, length, flow }) =>
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
    marginRight: 170,
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
      }),
    ],
  });
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${chart.outerHTML}\n`;
}

/** The trials of each task's longest length. */
function longest(trials: readonly Trial[]): Trial[] {
  const most = new Map<string, number>();
  for (const { task, length } of trials) most.set(task, Math.max(length, most.get(task) ?? 0));
  return trials.filter(({ task, length }) => most.get(task) === length);
}

/** Where each line's name stands: at its first point. */
function names<Point extends { network: string; task: string }>(points: readonly Point[]): Point[] {
  return points.filter(
    (point, i) => points.findIndex(({ network, task }) => network === point.network && task === point.task) === i,
  );
}
