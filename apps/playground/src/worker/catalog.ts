/** Every file in `experiments/` is an experiment, found by itself. */
import { type Controls, completeSetup } from '../controls/control.js';
import { type Description, type Experiment, everywhere } from '../experiment.js';
import type { Composition } from './protocol.js';

export type AnyExperiment = Experiment<Controls, unknown, unknown>;

const files = import.meta.glob<AnyExperiment>('../experiments/*.ts', { eager: true, import: 'default' });

export const experiments: ReadonlyMap<string, AnyExperiment> = new Map(
  Object.entries(files).map(([path, experiment]) => [/([^/]+)\.ts$/.exec(path)![1]!, experiment]),
);

/** The controls of an experiment, with those that every one has. */
export function controlsOf(experiment: string): Controls {
  return { ...experiments.get(experiment)!.controls, ...everywhere };
}

/** An experiment with these values, and elsewhere as a visitor first finds it. */
export function composed(experiment: string, values: Parameters<typeof completeSetup>[1]): Composition {
  return { experiment, setup: completeSetup(controlsOf(experiment), values) };
}

/** What of the experiments can be told to the page: all but their functions. */
export function descriptions(): Description[] {
  return Array.from(experiments, ([name, { objections, data, build, program, ...plain }]) => ({ name, ...plain }));
}
