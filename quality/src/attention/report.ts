/** Trials as a page: a table for each task, and a plot of all. */
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';
import type { Cost } from './cost.js';
import type { Budget, Trial } from './trial.js';

/** One mechanism on one task, over its seeds. */
interface Row {
  mechanism: string;
  task: string;
  exact: number;
  worst: number;
  stepsTo99: number | null;
  aligned: number | null;
}

/** The page, in Markdown. */
export function report(
  trials: readonly Trial[],
  costs: readonly Cost[],
  { steps, batch }: Budget,
  machine: string,
  command: string,
): string {
  const seeds = new Set(trials.map(({ seed }) => seed)).size;
  const all = rows(trials);
  const sections = [...new Set(trials.map(({ task }) => task))].map((task) => section(task, all, costs));
  return `# Mechanisms of attention, compared

Every mechanism of the [catalogue](attention.md) as the attention of one small encoder–decoder (bidirectional GRU of 2 × 24, Bahdanau decoder of 48), trained for ${steps} steps of ${batch} pairs on tasks whose
right alignment is known, with ${seeds === 1 ? 'one seed' : `${seeds} seeds`}. The numbers are means over seeds, on 100 unseen pairs; time and memory are those of one training step, the memory what its tensors
take at the peak, and on a machine that others share the same step took up to twice the time in another run; a mechanism that is last in a table on one task may be the right one for another.

\`${command}\` · ${machine}

![Share of unseen pairs written without a mistake](attention-comparison.svg)

${sections.join('\n\n')}
`;
}

/** Share of right pairs, by task and mechanism. */
export function plot(trials: readonly Trial[]): string {
  const { document } = new JSDOM().window;
  const all = rows(trials);
  const chart = Plot.plot({
    document,
    width: 900,
    marginLeft: 150,
    x: { domain: [0, 1], label: 'unseen pairs without a mistake', grid: true },
    y: { label: null },
    fx: { label: null, padding: 0.2 },
    height: 40 + 14 * new Set(trials.map(({ mechanism }) => mechanism)).size,
    marks: [
      Plot.ruleY(all, { fx: 'task', y: 'mechanism', x1: 'worst', x2: 'exact', sort: { y: '-x2', reduce: 'mean' } }),
      Plot.dot(all, { fx: 'task', y: 'mechanism', x: 'exact', r: 3, fill: 'currentColor' }),
    ],
  });
  chart.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${chart.outerHTML}\n`;
}

function section(task: string, all: readonly Row[], costs: readonly Cost[]): string {
  const lines = all
    .filter((row) => row.task === task)
    .toSorted((a, b) => b.exact - a.exact || (a.stepsTo99 ?? Infinity) - (b.stepsTo99 ?? Infinity))
    .map((row) => {
      const cost = costs.find(({ mechanism, task }) => mechanism === row.mechanism && task === row.task);
      const cells = [
        row.mechanism,
        percent(row.exact),
        percent(row.worst),
        row.stepsTo99?.toFixed(0) ?? '–',
        row.aligned === null ? '–' : percent(row.aligned),
        cost?.stepMs.toFixed(1) ?? '–',
        cost?.memoryMB.toFixed(1) ?? '–',
      ];
      return `| ${cells.join(' | ')} |`;
    });
  return `## ${task}

| mechanism | right, % | worst seed, % | steps to 99 % | aligned, % | ms a step | MB |
|---|---|---|---|---|---|---|
${lines.join('\n')}`;
}

const percent = (share: number) => (100 * share).toFixed(1);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function rows(trials: readonly Trial[]): Row[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const name = `${trial.mechanism}\t${trial.task}`;
    groups.set(name, [...(groups.get(name) ?? []), trial]);
  }
  return [...groups.values()].map((group) => {
    const [{ mechanism, task }] = group as [Trial];
    const over = (read: (trial: Trial) => number | null) => {
      const found = group.map(read);
      return found.includes(null) ? null : mean(found as number[]);
    };
    return {
      ...{ mechanism, task },
      exact: mean(group.map(({ exact }) => exact)),
      worst: Math.min(...group.map(({ exact }) => exact)),
      stepsTo99: over(({ stepsTo99 }) => stepsTo99),
      aligned: over(({ aligned }) => aligned),
    };
  });
}
