/** Every file in `experiments/` is an experiment, found by itself. */
import type { Controls } from '../controls/control.js';
import type { Description, Experiment } from '../experiment.js';

export type AnyExperiment = Experiment<Controls, unknown, unknown>;

const files = import.meta.glob<AnyExperiment>('../experiments/*.ts', { eager: true, import: 'default' });

export const experiments: ReadonlyMap<string, AnyExperiment> = new Map(
  Object.entries(files).map(([path, experiment]) => [/([^/]+)\.ts$/.exec(path)![1]!, experiment]),
);

/** What of the experiments can be told to the page: all but their functions. */
export function descriptions(): Description[] {
  return Array.from(experiments, ([name, { objections, data, build, program, ...plain }]) => ({ name, ...plain }));
}
